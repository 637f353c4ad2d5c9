-- By the publications' own place; where they give none, by that of the registry.
select institution_key, latitude, longitude
from used.institutions
where
    month = $month
    and latitude is not null and longitude is not null
union all
select institutions.institution_key, registry.latitude, registry.longitude
from used.institutions as institutions
inner join used.ror as registry on registry.ror = institutions.ror
where
    institutions.month = $month and registry.month = $month
    and (institutions.latitude is null or institutions.longitude is null)

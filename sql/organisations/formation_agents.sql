select
    postcode,
    count(distinct organisation_id) filter (where is_registered_only) as registered_only_organisations,
    count(*) filter (where is_excluded) as excluded_sites,
    count(*) filter (where not is_excluded) as kept_sites
from organisations.sites
where month = $month and postcode is not null
group by postcode
having bool_or(is_excluded)
order by postcode

with given as (
    select organisation_id, postcode, count(*) as times
    from organisations.project_partners
    where month = $month and source = 'innovate_uk' and is_funded and postcode is not null
    group by organisation_id, postcode
    qualify row_number() over (partition by organisation_id order by times desc, postcode asc) = 1
)

select given.organisation_id, postcodes.latitude, postcodes.longitude
from given
inner join used.postcodes as postcodes
    on
        postcodes.postcode = given.postcode
        and postcodes.month = $month
where postcodes.latitude is not null
order by given.organisation_id

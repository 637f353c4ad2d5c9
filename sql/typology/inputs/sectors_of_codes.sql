-- The sector of each code in use, by the lists of this month and of the earlier one; by the latter of the codes that it
-- was made of, where the classification is another since.
with years as (
    select
        scheme, any_value(year) filter (where month = $month) as year,
        any_value(year) filter (where month = $earlier_month) as earlier_year
    from (
        select month, 'sic' as scheme, sic_classification as year from typology.month_sources
        where profile = $profile and month in ($month, $earlier_month)
        union all
        select month, 'rtic', rtic_classification from typology.month_sources
        where profile = $profile and month in ($month, $earlier_month)
    ) as stated
    group by scheme
),

used_codes as (
    select scheme, code, count(*) as sites from organisations.site_codes where month = $month group by scheme, code
),

tried as (
    select $month as of_month, scheme, code, code as tried_code, sites from used_codes
    union all
    select $earlier_month, c.scheme, c.code, c.code, c.sites
    from used_codes as c
    left join years as y on y.scheme = c.scheme
    where coalesce(y.year = y.earlier_year, true)
    union all
    select $earlier_month, c.scheme, c.code, t.from_code, c.sites
    from used_codes as c
    inner join years as y on y.scheme = c.scheme and y.year <> y.earlier_year
    inner join used.sic_correspondence as t
        on
            t.month = $month and t.to_code = c.code
            and t.from_classification = y.earlier_year and t.to_classification = y.year
),

lists as (
    select month, 'sic' as scheme, sic2007_prefix as prefix, sector from used.sic_sectors
    where month in ($month, $earlier_month)
    union all
    select month, 'rtic', rtic_code, sector from used.rtic_sectors where month in ($month, $earlier_month)
)

select t.of_month, t.scheme, t.code, arg_max(l.sector, length(l.prefix)) as sector, any_value(t.sites) as sites
from (select *, unnest([2, 3, 4, 5, 8]) as digits from tried) as t
inner join lists as l
    on
        l.month = t.of_month and l.scheme = t.scheme and l.prefix = left(t.tried_code, t.digits)
        and length(l.prefix) = t.digits
group by t.of_month, t.scheme, t.code, t.tried_code

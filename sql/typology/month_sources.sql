-- One row of each profile: the drops are the same for all, what is assumed where they state nothing need not be.
with drops as (
    select dataset, as_of, sha256, reader_version from sources.drops where month = $month
),

stated as (
    select dataset, statement, value from used.drop_statements where month = $month
),

registers as (
    select
        1 as preference, as_of, coalesce(
            (
                select min(value) from stated
                where statement = 'register' and dataset in ('idbr_local_units', 'idbr_enterprises')
            ),
            $assumed_register
        ) as register
    from drops
    where dataset = 'idbr_local_units'
    union all
    select 2, as_of, 'Companies House'
    from drops
    where dataset = 'companies_house'
),

lists as (
    select
        drops.dataset, drops.as_of, drops.sha256,
        coalesce(
            stated.value,
            if(drops.dataset = 'sic_sectors', $assumed_sic_classification, $assumed_rtic_classification)
        ) as classification
    from drops
    left join stated on stated.dataset = drops.dataset and stated.statement = 'classification'
    where drops.dataset in ('sic_sectors', 'rtic_sectors')
)

select
    $profile as profile,
    (select register from registers order by preference limit 1) as register,
    (select as_of from registers order by preference limit 1) as register_as_of,
    (select classification from lists where dataset = 'sic_sectors') as sic_classification,
    (select as_of from lists where dataset = 'sic_sectors') as sic_list_as_of,
    (select sha256 from lists where dataset = 'sic_sectors') as sic_list_sha256,
    (select classification from lists where dataset = 'rtic_sectors') as rtic_classification,
    (select as_of from lists where dataset = 'rtic_sectors') as rtic_list_as_of,
    (select sha256 from lists where dataset = 'rtic_sectors') as rtic_list_sha256,
    (select as_of from drops where dataset = 'postcodes') as postcodes_as_of,
    (select sha256 from drops where dataset = 'postcodes') as postcodes_sha256,
    coalesce(
        (
            select string_agg(dataset || ' ' || coalesce(reader_version, 0), '; ' order by dataset) from drops
        ),
        ''
    ) as readers

-- What might be an item, placed or not, where no activity_points drop takes the place of all.
with used as (select dataset, as_of from sources.drops where month = $month)

select 'business' as kind, count(*) as known from sources.businesses
where as_of = (select as_of from used where dataset = 'businesses')
union all
select 'business', count(distinct company_number) from sources.rtic_locations
where
    as_of = (select as_of from used where dataset = 'rtic_locations')
    and not exists (select 1 from used where dataset = 'businesses')
union all
select 'event', count(*) from sources.events
where
    as_of = (select as_of from used where dataset = 'events')
    and event_year between
    year($month_end::date - to_years($event_window_years) + interval 1 day) and year($month_end::date)
union all
select 'paper', count(*) from sources.publication_institutions
where
    as_of = (select as_of from used where dataset = 'publications')
    and publication_date > $month_end::date - to_years($paper_window_years)
    and publication_date <= $month_end::date

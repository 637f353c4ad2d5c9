-- What might be an item, placed or not, where no activity_points drop takes the place of all.
select 'business' as kind, count(*) as known from used.businesses
where month = $month
union all
select 'business', count(distinct company_number) from used.rtic_locations
where
    month = $month
    and not exists (select 1 from sources.drops where month = $month and dataset = 'businesses')
union all
select 'event', count(*) from used.events
where
    month = $month
    and event_year between
    year($month_end::date - to_years($event_window_years) + interval 1 day) and year($month_end::date)
union all
select 'paper', count(*) from used.publication_institutions
where
    month = $month
    and publication_date > $month_end::date - to_years($paper_window_years)
    and publication_date <= $month_end::date

select measure, rule, count(*) as cells from publication.suppressions
where month = $month
group by measure, rule
order by measure, rule

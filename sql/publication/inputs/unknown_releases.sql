-- Months that were published before there was a ledger of releases.
select distinct month from publication.clusters
where month != $month and month not in (select month from ledger.releases)
order by month

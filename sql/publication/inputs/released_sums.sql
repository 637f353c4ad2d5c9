select * from ledger.released_sums order by month, release, measure, kind, number, figure

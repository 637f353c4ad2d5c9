select month, release, parameters from ledger.releases order by month, release

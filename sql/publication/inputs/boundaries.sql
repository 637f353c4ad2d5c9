select * exclude (month) from used.boundaries
where month = $month
order by layer, code

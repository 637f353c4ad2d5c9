select * exclude (month) from used.places
where month = $month
order by name, region

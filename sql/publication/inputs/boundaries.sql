select * from reference.boundaries
where as_of = (select as_of from sources.drops where month = $month and dataset = 'boundaries')
order by layer, code

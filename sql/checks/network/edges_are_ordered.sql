-- table: network.edges
-- severity: blocking
-- Every pair of organisations stands once, the smaller id first.
select organisation_a, organisation_b, 'organisation_a < organisation_b' as expected, 'not so' as actual
from network.edges
where month = $month and organisation_a >= organisation_b

-- The organisations in any community and in the spatial groups named, a line each.
select organisation_id, is_firm
from organisations.organisations
where month = $month and organisation_id in (select organisation_id from inputs.member_organisations)
order by organisation_id

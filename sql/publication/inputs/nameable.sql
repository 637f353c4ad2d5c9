-- Organisations that are surely no natural person: companies on the register, and institutions.
select organisation_id, name
from organisations.organisations
where
    month = $month
    and (
        crn is not null
        or organisation_type in ('university', 'research_organisation', 'public_body', 'charity')
    )
order by organisation_id

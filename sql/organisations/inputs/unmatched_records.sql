select dataset, record_key, organisation_id, normalised_name, postcode, rare_tokens
from organisations.link_candidates
where month = $month

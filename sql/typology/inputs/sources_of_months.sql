select
    month, register, sic_classification, sic_list_as_of, sic_list_sha256, rtic_classification, rtic_list_as_of,
    rtic_list_sha256, postcodes_as_of, postcodes_sha256, readers, profile_fingerprint
from typology.month_sources
where profile = $profile and month in ($month, $earlier_month)

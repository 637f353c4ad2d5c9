"""The licences that publishers name, each once."""

OGL, OGL_ADDRESS = (
    "Open Government Licence v3.0",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
)
CC0, CC0_ADDRESS = "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"
CC_BY, CC_BY_ADDRESS = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
UNRESTRICTED, UNRESTRICTED_ADDRESS = (
    "No restrictions on re-use (Companies House)",
    "https://www.gov.uk/guidance/companies-house-data-products",
)

-- What each month uses of the tables of drops: a view a table, with the rows of the drop that the month read.
-- Columns: `month`, then those of the table. `from used.places where month = date '2025-03-01'`.
-- The columns are those that the table has: no list of them to keep beside it.
-- noqa: disable=AM04

create schema if not exists used;

create or replace view used.postcodes as
select drops.month, postcodes.*
from reference.postcodes as postcodes
inner join sources.drops as drops on postcodes.as_of = drops.as_of and drops.dataset = 'postcodes';
comment on view used.postcodes is 'reference.postcodes of the drop of postcodes that the month used.';

create or replace view used.postcode_areas as
select drops.month, postcode_areas.*
from reference.postcode_areas as postcode_areas
inner join sources.drops as drops on postcode_areas.as_of = drops.as_of and drops.dataset = 'postcodes';
comment on view used.postcode_areas is 'reference.postcode_areas of the drop of postcodes that the month used.';

create or replace view used.places as
select drops.month, places.*
from reference.places as places
inner join sources.drops as drops on places.as_of = drops.as_of and drops.dataset = 'places';
comment on view used.places is 'reference.places of the drop of places that the month used.';

create or replace view used.boundaries as
select drops.month, boundaries.*
from reference.boundaries as boundaries
inner join sources.drops as drops on boundaries.as_of = drops.as_of and drops.dataset = 'boundaries';
comment on view used.boundaries is 'reference.boundaries of the drop of boundaries that the month used.';

create or replace view used.sic_sectors as
select drops.month, sic_sectors.*
from reference.sic_sectors as sic_sectors
inner join sources.drops as drops on sic_sectors.as_of = drops.as_of and drops.dataset = 'sic_sectors';
comment on view used.sic_sectors is 'reference.sic_sectors of the drop of sic_sectors that the month used.';

create or replace view used.rtic_sectors as
select drops.month, rtic_sectors.*
from reference.rtic_sectors as rtic_sectors
inner join sources.drops as drops on rtic_sectors.as_of = drops.as_of and drops.dataset = 'rtic_sectors';
comment on view used.rtic_sectors is 'reference.rtic_sectors of the drop of rtic_sectors that the month used.';

create or replace view used.sic_correspondence as
select drops.month, sic_correspondence.*
from reference.sic_correspondence as sic_correspondence
inner join sources.drops as drops
    on sic_correspondence.as_of = drops.as_of and drops.dataset = 'sic_correspondence';
comment on view used.sic_correspondence is 'reference.sic_correspondence of the drop of sic_correspondence that the month used.';

create or replace view used.drop_statements as
select drops.month, drop_statements.*
from sources.drop_statements as drop_statements
inner join sources.drops as drops on drop_statements.as_of = drops.as_of and drop_statements.dataset = drops.dataset;
comment on view used.drop_statements is 'What the drops that the month used state of themselves.';

create or replace view used.rejected as
select drops.month, rejected.*
from sources.rejected as rejected
inner join sources.drops as drops on rejected.as_of = drops.as_of and rejected.dataset = drops.dataset;
comment on view used.rejected is 'Rows that were refused of the drops that the month used.';

create or replace view used.alarms as
select drops.month, alarms.*
from sources.alarms as alarms
inner join sources.drops as drops on alarms.as_of = drops.as_of and alarms.dataset = drops.dataset;
comment on view used.alarms is 'Figures that are not plausible in the drops that the month used.';

create or replace view used.synthetic_drops as
select drops.month, synthetic_drops.*
from sources.synthetic_drops as synthetic_drops
inner join sources.drops as drops on synthetic_drops.as_of = drops.as_of and synthetic_drops.dataset = drops.dataset;
comment on view used.synthetic_drops is 'Those of the drops that the month used that are of the synthetic United Kingdom.';

create or replace view used.idbr_enterprises as
select drops.month, idbr_enterprises.*
from sources.idbr_enterprises as idbr_enterprises
inner join sources.drops as drops on idbr_enterprises.as_of = drops.as_of and drops.dataset = 'idbr_enterprises';
comment on view used.idbr_enterprises is 'sources.idbr_enterprises of the drop of idbr_enterprises that the month used.';

create or replace view used.idbr_local_units as
select drops.month, idbr_local_units.*
from sources.idbr_local_units as idbr_local_units
inner join sources.drops as drops on idbr_local_units.as_of = drops.as_of and drops.dataset = 'idbr_local_units';
comment on view used.idbr_local_units is 'sources.idbr_local_units of the drop of idbr_local_units that the month used.';

create or replace view used.rtic_companies as
select drops.month, rtic_companies.*
from sources.rtic_companies as rtic_companies
inner join sources.drops as drops on rtic_companies.as_of = drops.as_of and drops.dataset = 'rtic_companies';
comment on view used.rtic_companies is 'sources.rtic_companies of the drop of rtic_companies that the month used.';

create or replace view used.rtic_company_sectors as
select drops.month, rtic_company_sectors.*
from sources.rtic_company_sectors as rtic_company_sectors
inner join sources.drops as drops on rtic_company_sectors.as_of = drops.as_of and drops.dataset = 'rtic_companies';
comment on view used.rtic_company_sectors is 'sources.rtic_company_sectors of the drop of rtic_companies that the month used.';

create or replace view used.rtic_locations as
select drops.month, rtic_locations.*
from sources.rtic_locations as rtic_locations
inner join sources.drops as drops on rtic_locations.as_of = drops.as_of and drops.dataset = 'rtic_locations';
comment on view used.rtic_locations is 'sources.rtic_locations of the drop of rtic_locations that the month used.';

create or replace view used.companies_house as
select drops.month, companies_house.*
from sources.companies_house as companies_house
inner join sources.drops as drops on companies_house.as_of = drops.as_of and drops.dataset = 'companies_house';
comment on view used.companies_house is 'sources.companies_house of the drop of companies_house that the month used.';

create or replace view used.companies_house_sic as
select drops.month, companies_house_sic.*
from sources.companies_house_sic as companies_house_sic
inner join sources.drops as drops on companies_house_sic.as_of = drops.as_of and drops.dataset = 'companies_house';
comment on view used.companies_house_sic is 'sources.companies_house_sic of the drop of companies_house that the month used.';

create or replace view used.business_counts as
select drops.month, business_counts.*
from sources.business_counts as business_counts
inner join sources.drops as drops on business_counts.as_of = drops.as_of and drops.dataset = 'business_counts';
comment on view used.business_counts is 'sources.business_counts of the drop of business_counts that the month used.';

create or replace view used.accounts as
select drops.month, accounts.*
from sources.accounts as accounts
inner join sources.drops as drops on accounts.as_of = drops.as_of and drops.dataset = 'accounts';
comment on view used.accounts is 'sources.accounts of the drop of accounts that the month used.';

create or replace view used.cordis_projects as
select drops.month, cordis_projects.*
from sources.cordis_projects as cordis_projects
inner join sources.drops as drops on cordis_projects.as_of = drops.as_of and drops.dataset = 'cordis';
comment on view used.cordis_projects is 'sources.cordis_projects of the drop of cordis that the month used.';

create or replace view used.cordis_participants as
select drops.month, cordis_participants.*
from sources.cordis_participants as cordis_participants
inner join sources.drops as drops on cordis_participants.as_of = drops.as_of and drops.dataset = 'cordis';
comment on view used.cordis_participants is 'sources.cordis_participants of the drop of cordis that the month used.';

create or replace view used.innovate_uk as
select drops.month, innovate_uk.*
from sources.innovate_uk as innovate_uk
inner join sources.drops as drops on innovate_uk.as_of = drops.as_of and drops.dataset = 'innovate_uk';
comment on view used.innovate_uk is 'sources.innovate_uk of the drop of innovate_uk that the month used.';

create or replace view used.innovate_uk_applications as
select drops.month, innovate_uk_applications.*
from sources.innovate_uk_applications as innovate_uk_applications
inner join sources.drops as drops on innovate_uk_applications.as_of = drops.as_of and drops.dataset = 'innovate_uk_applications';
comment on view used.innovate_uk_applications is 'sources.innovate_uk_applications of the drop of innovate_uk_applications that the month used.';

create or replace view used.ukri_projects as
select drops.month, ukri_projects.*
from sources.ukri_projects as ukri_projects
inner join sources.drops as drops on ukri_projects.as_of = drops.as_of and drops.dataset = 'ukri';
comment on view used.ukri_projects is 'sources.ukri_projects of the drop of ukri that the month used.';

create or replace view used.ukri_participants as
select drops.month, ukri_participants.*
from sources.ukri_participants as ukri_participants
inner join sources.drops as drops on ukri_participants.as_of = drops.as_of and drops.dataset = 'ukri';
comment on view used.ukri_participants is 'sources.ukri_participants of the drop of ukri that the month used.';

create or replace view used.ukri_organisations as
select drops.month, ukri_organisations.*
from sources.ukri_organisations as ukri_organisations
inner join sources.drops as drops on ukri_organisations.as_of = drops.as_of and drops.dataset = 'ukri';
comment on view used.ukri_organisations is 'sources.ukri_organisations of the drop of ukri that the month used.';

create or replace view used.publication_institutions as
select drops.month, publication_institutions.*
from sources.publication_institutions as publication_institutions
inner join sources.drops as drops on publication_institutions.as_of = drops.as_of and drops.dataset = 'publications';
comment on view used.publication_institutions is 'sources.publication_institutions of the drop of publications that the month used.';

create or replace view used.institutions as
select drops.month, institutions.*
from sources.institutions as institutions
inner join sources.drops as drops on institutions.as_of = drops.as_of and drops.dataset = 'publications';
comment on view used.institutions is 'sources.institutions of the drop of publications that the month used.';

create or replace view used.ror as
select drops.month, ror.*
from sources.ror as ror
inner join sources.drops as drops on ror.as_of = drops.as_of and drops.dataset = 'ror';
comment on view used.ror is 'sources.ror of the drop of ror that the month used.';

create or replace view used.activity_signals as
select drops.month, activity_signals.*
from sources.activity_signals as activity_signals
inner join sources.drops as drops on activity_signals.as_of = drops.as_of and activity_signals.dataset = drops.dataset;
comment on view used.activity_signals is 'sources.activity_signals of the drops that the month used.';

create or replace view used.publication_citations as
select drops.month, publication_citations.*
from sources.publication_citations as publication_citations
inner join sources.drops as drops on publication_citations.as_of = drops.as_of and drops.dataset = 'publications';
comment on view used.publication_citations is 'sources.publication_citations of the drop of publications that the month used.';

create or replace view used.institution_pairs as
select drops.month, institution_pairs.*
from sources.institution_pairs as institution_pairs
inner join sources.drops as drops on institution_pairs.as_of = drops.as_of and drops.dataset = 'publications';
comment on view used.institution_pairs is 'sources.institution_pairs of the drop of publications that the month used.';

create or replace view used.events as
select drops.month, events.*
from sources.events as events
inner join sources.drops as drops on events.as_of = drops.as_of and drops.dataset = 'events';
comment on view used.events is 'sources.events of the drop of events that the month used.';

create or replace view used.businesses as
select drops.month, businesses.*
from sources.businesses as businesses
inner join sources.drops as drops on businesses.as_of = drops.as_of and drops.dataset = 'businesses';
comment on view used.businesses is 'sources.businesses of the drop of businesses that the month used.';

create or replace view used.training_labels as
select drops.month, training_labels.*
from sources.training_labels as training_labels
inner join sources.drops as drops on training_labels.as_of = drops.as_of and drops.dataset = 'training_labels';
comment on view used.training_labels is 'sources.training_labels of the drop of training_labels that the month used.';

create or replace view used.activity_points as
select drops.month, activity_points.*
from sources.activity_points as activity_points
inner join sources.drops as drops on activity_points.as_of = drops.as_of and drops.dataset = 'activity_points';
comment on view used.activity_points is 'sources.activity_points of the drop of activity_points that the month used.';

create or replace view used.index_centres as
select drops.month, index_centres.*
from sources.index_centres as index_centres
inner join sources.drops as drops on index_centres.as_of = drops.as_of and drops.dataset = 'index_centres';
comment on view used.index_centres is 'sources.index_centres of the drop of index_centres that the month used.';

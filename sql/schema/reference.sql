-- What the other layers look places, codes and sectors up in. Rows are kept once a drop (`as_of`), not once a month:
-- `sources.drops` says which drop a month used. The shipped defaults stand under as_of 1970-01-01.

create schema if not exists reference;

create table if not exists reference.postcodes (
    as_of date not null,
    postcode varchar not null,
    easting integer,
    northing integer,
    grid varchar check (grid in ('gb', 'ni')),
    latitude double check (latitude between 49 and 61.5),
    longitude double check (longitude between -9 and 2.5),
    is_terminated boolean not null,
    local_authority_code varchar,
    region_code varchar,
    country_code varchar,
    travel_to_work_area_code varchar,
    msoa_code varchar,
    itl3_code varchar
);
comment on table reference.postcodes is 'Unit postcodes, live and terminated, of the ONS directory (ONSPD or NSPL).';
comment on column reference.postcodes.as_of is 'Date of the drop the row came from.';
comment on column reference.postcodes.postcode is 'Unit postcode, normalised: outward code, one space, inward code (OX11 0AA).';
comment on column reference.postcodes.easting is 'Easting in metres, in the grid that `grid` names; null where the directory has no coordinates.';
comment on column reference.postcodes.northing is 'Northing in metres, in the grid that `grid` names; null where the directory has no coordinates.';
comment on column reference.postcodes.grid is 'gb: British National Grid (EPSG:27700); ni: Irish Grid (EPSG:29902).';
comment on column reference.postcodes.latitude is 'Latitude in degrees, WGS84; null where the directory has no coordinates.';
comment on column reference.postcodes.longitude is 'Longitude in degrees, WGS84; null where the directory has no coordinates.';
comment on column reference.postcodes.is_terminated is 'True where Royal Mail has retired the postcode; it stays usable.';
comment on column reference.postcodes.local_authority_code is 'ONS code of the local authority district.';
comment on column reference.postcodes.region_code is 'ONS code of the English region (E12...), else the nation''s pseudo code (W99999999, S99999999, N99999999).';
comment on column reference.postcodes.country_code is 'ONS code of the country.';
comment on column reference.postcodes.travel_to_work_area_code is 'ONS code of the travel-to-work area.';
comment on column reference.postcodes.msoa_code is 'Code of the middle layer super output area (England and Wales), or of the small area that the directory gives in its place for Scotland and Northern Ireland; null where it gives none.';
comment on column reference.postcodes.itl3_code is 'Code of the ITL3 area (TLG21), which begins with those of its ITL2 and ITL1 areas; null where the release has none.';

create table if not exists reference.postcode_areas (
    as_of date not null,
    area varchar not null,
    area_kind varchar not null check (area_kind in ('sector', 'district')),
    easting integer not null,
    northing integer not null,
    grid varchar not null check (grid in ('gb', 'ni')),
    latitude double not null,
    longitude double not null,
    postcodes integer not null check (postcodes > 0)
);
comment on table reference.postcode_areas is 'Centroids of postcode sectors and districts, the fallback for unit postcodes that the directory lacks.';
comment on column reference.postcode_areas.as_of is 'Date of the drop the row came from.';
comment on column reference.postcode_areas.area is 'Postcode sector (OX11 0) or district (OX11).';
comment on column reference.postcode_areas.area_kind is 'sector or district.';
comment on column reference.postcode_areas.easting is 'Mean easting of the area''s unit postcodes, in metres of `grid`.';
comment on column reference.postcode_areas.northing is 'Mean northing of the area''s unit postcodes, in metres of `grid`.';
comment on column reference.postcode_areas.grid is 'gb: British National Grid (EPSG:27700); ni: Irish Grid (EPSG:29902).';
comment on column reference.postcode_areas.latitude is 'Mean latitude of the area''s unit postcodes, in degrees, WGS84.';
comment on column reference.postcode_areas.longitude is 'Mean longitude of the area''s unit postcodes, in degrees, WGS84.';
comment on column reference.postcode_areas.postcodes is 'Number of unit postcodes with coordinates in the area.';

create table if not exists reference.places (
    as_of date not null,
    name varchar not null,
    latitude double not null,
    longitude double not null,
    population integer not null check (population >= 0),
    region varchar not null,
    is_primary_urban_area boolean not null,
    index_order integer,
    easting double not null,
    northing double not null,
    grid varchar not null check (grid in ('gb', 'ni'))
);
comment on table reference.places is 'Towns and cities that clusters are named after.';
comment on column reference.places.as_of is 'Date of the drop the row came from; 1970-01-01 for the shipped list.';
comment on column reference.places.name is 'Name of the town.';
comment on column reference.places.latitude is 'Latitude of the centre in degrees, WGS84.';
comment on column reference.places.longitude is 'Longitude of the centre in degrees, WGS84.';
comment on column reference.places.population is 'Resident population.';
comment on column reference.places.region is 'Region (ITL1) the town lies in.';
comment on column reference.places.is_primary_urban_area is 'True for the 63 Primary Urban Areas.';
comment on column reference.places.index_order is 'Place of a Primary Urban Area among all in the names of the Index''s clusters, from 1; null where names go by population.';
comment on column reference.places.easting is 'Easting of the centre in metres of `grid`.';
comment on column reference.places.northing is 'Northing of the centre in metres of `grid`.';
comment on column reference.places.grid is 'gb: British National Grid (EPSG:27700); ni: Irish Grid (EPSG:29902).';

create table if not exists reference.area_names (
    as_of date not null,
    layer varchar not null check (layer in ('region', 'local_authority', 'travel_to_work_area')),
    code varchar not null,
    name varchar not null
);
comment on table reference.area_names is 'Names for the area codes of the postcode directory; the twelve regions ship, the rest come from a boundaries drop.';
comment on column reference.area_names.as_of is 'Date of the drop the row came from; 1970-01-01 for the shipped list.';
comment on column reference.area_names.layer is 'region, local_authority or travel_to_work_area.';
comment on column reference.area_names.code is 'ONS code of the area.';
comment on column reference.area_names.name is 'Name of the area.';

create table if not exists reference.boundaries (
    as_of date not null,
    layer varchar not null check (layer in ('region', 'local_authority')),
    code varchar not null,
    name varchar not null,
    outline_wkt varchar not null
);
comment on table reference.boundaries is 'Outlines of regions and local authorities for the published map, where a boundaries drop has them.';
comment on column reference.boundaries.as_of is 'Date of the drop the row came from.';
comment on column reference.boundaries.layer is 'region or local_authority.';
comment on column reference.boundaries.code is 'ONS code of the area.';
comment on column reference.boundaries.name is 'Name of the area.';
comment on column reference.boundaries.outline_wkt is 'Outline, longitude and latitude, WGS84, simplified to about 200 m: to draw, not to measure.';

create table if not exists reference.sic_sectors (
    as_of date not null,
    sic2007_prefix varchar not null,
    sector varchar not null
);
comment on table reference.sic_sectors is 'The 32 broad SIC sectors; the longest matching prefix of a SIC 2007 code decides.';
comment on column reference.sic_sectors.as_of is 'Date of the drop the row came from; 1970-01-01 for the shipped list.';
comment on column reference.sic_sectors.sic2007_prefix is 'First 2 to 5 digits of a SIC 2007 code.';
comment on column reference.sic_sectors.sector is 'Name of the broad sector.';

create table if not exists reference.rtic_sectors (
    as_of date not null,
    rtic_code varchar not null,
    sector varchar not null
);
comment on table reference.rtic_sectors is 'The 46 emerging sectors of the Real-Time Industrial Classifications.';
comment on column reference.rtic_sectors.as_of is 'Date of the drop the row came from; 1970-01-01 for the shipped list.';
comment on column reference.rtic_sectors.rtic_code is 'RTIC and four digits (RTIC0052).';
comment on column reference.rtic_sectors.sector is 'Name of the emerging sector.';

create table if not exists reference.sic_correspondence (
    as_of date not null,
    from_classification varchar not null,
    from_code varchar not null,
    to_classification varchar not null,
    to_code varchar not null,
    share double not null check (share > 0 and share <= 1)
);
comment on table reference.sic_correspondence is 'What became of the codes of an earlier industrial classification in a later one.';
comment on column reference.sic_correspondence.as_of is 'Date of the drop the row came from.';
comment on column reference.sic_correspondence.from_classification is 'The earlier classification and its year: SIC 2007.';
comment on column reference.sic_correspondence.from_code is 'Code of the earlier classification.';
comment on column reference.sic_correspondence.to_classification is 'The later classification and its year: SIC 2026.';
comment on column reference.sic_correspondence.to_code is 'Code of the later classification.';
comment on column reference.sic_correspondence.share is 'Share of the earlier code that became the later one.';

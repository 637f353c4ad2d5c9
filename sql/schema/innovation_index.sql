-- The Index: items (businesses, events, papers) classified into five categories, clustered, ranked, compared.
-- No text of an item is kept: what an item says is read from its drop, classified, and left there.

create schema if not exists innovation_index;

create table if not exists innovation_index.items (
    month date not null,
    item_id varchar not null,
    kind varchar not null check (kind in ('business', 'event', 'paper')),
    source_key varchar not null,
    institution_key varchar,
    postcode varchar,
    latitude double not null check (latitude between 49 and 61.5),
    longitude double not null check (longitude between -9 and 2.5),
    geocode_quality varchar not null check (geocode_quality in ('given', 'postcode', 'sector', 'district', 'institution'))
);
comment on table innovation_index.items is 'Located items of the Index: every business, event and paper that has a place, classified or not.';
comment on column innovation_index.items.month is 'First day of the month.';
comment on column innovation_index.items.item_id is 'Kind and key of the item; a paper is an item once at each UK institution of its authors. As given where an activity_points drop is.';
comment on column innovation_index.items.kind is 'business, event or paper.';
comment on column innovation_index.items.source_key is 'Key of what is classified: company number, event key, publication id; the item''s own id where an activity_points drop is.';
comment on column innovation_index.items.institution_key is 'Institution that a paper is placed at; null for other kinds.';
comment on column innovation_index.items.postcode is 'Postcode it was placed by; null where coordinates were given.';
comment on column innovation_index.items.latitude is 'Latitude in degrees, WGS84.';
comment on column innovation_index.items.longitude is 'Longitude in degrees, WGS84.';
comment on column innovation_index.items.geocode_quality is 'given: coordinates of the drop; postcode, sector, district: by the postcode directory; institution: of the paper''s institution.';

create table if not exists innovation_index.models (
    month date not null,
    model_version varchar not null,
    seed_examples integer not null check (seed_examples >= 0),
    label_examples integer not null check (label_examples >= 0),
    held_out_examples integer not null check (held_out_examples >= 0),
    macro_f1 double not null check (macro_f1 between 0 and 1),
    texts_scored bigint not null check (texts_scored >= 0),
    profile_fingerprint varchar not null
);
comment on table innovation_index.models is 'The classifier of the month; no row where an activity_points drop took its place.';
comment on column innovation_index.models.month is 'First day of the month.';
comment on column innovation_index.models.model_version is 'Digest of the training examples, the parameters and the code: same version, same scores.';
comment on column innovation_index.models.seed_examples is 'Examples of the shipped, hand-written set.';
comment on column innovation_index.models.label_examples is 'Examples of the training_labels drop, corrections of people among them.';
comment on column innovation_index.models.held_out_examples is 'Examples that no fold of the training had seen when they were scored.';
comment on column innovation_index.models.macro_f1 is 'Mean over the five categories of F1 on examples not seen in training.';
comment on column innovation_index.models.texts_scored is 'Texts classified for the month.';
comment on column innovation_index.models.profile_fingerprint is 'Fingerprint of the parameters shared by the month''s profiles.';

create table if not exists innovation_index.model_quality (
    month date not null,
    category varchar not null,
    threshold double not null check (threshold between 0 and 1),
    prevalence double not null check (prevalence between 0 and 1),
    expected_f1 double not null check (expected_f1 between 0 and 1),
    precision double not null check (precision between 0 and 1),
    recall double not null check (recall between 0 and 1),
    f1 double not null check (f1 between 0 and 1),
    brier_score double not null check (brier_score between 0 and 1),
    true_positives integer not null check (true_positives >= 0),
    false_positives integer not null check (false_positives >= 0),
    false_negatives integer not null check (false_negatives >= 0),
    true_negatives integer not null check (true_negatives >= 0)
);
comment on table innovation_index.model_quality is 'How each category is decided on in the month, and how well the classifier tells it on examples not seen in training.';
comment on column innovation_index.model_quality.month is 'First day of the month.';
comment on column innovation_index.model_quality.category is 'One of the five categories.';
comment on column innovation_index.model_quality.threshold is 'Probability from which a text of the month is of the category.';
comment on column innovation_index.model_quality.prevalence is 'Share of the month''s texts that are of the category, estimated from their probabilities.';
comment on column innovation_index.model_quality.expected_f1 is 'F1 on the month''s texts that their probabilities lead to expect; not measured.';
comment on column innovation_index.model_quality.precision is 'True positives among all examples taken for the category, in the mixture of the examples and with a threshold for it.';
comment on column innovation_index.model_quality.recall is 'True positives among all examples of the category, likewise.';
comment on column innovation_index.model_quality.f1 is 'Harmonic mean of precision and recall.';
comment on column innovation_index.model_quality.brier_score is 'Mean squared difference between calibrated probability and truth; 0 is perfect.';
comment on column innovation_index.model_quality.true_positives is 'Examples of the category taken for it.';
comment on column innovation_index.model_quality.false_positives is 'Examples not of the category taken for it.';
comment on column innovation_index.model_quality.false_negatives is 'Examples of the category not taken for it.';
comment on column innovation_index.model_quality.true_negatives is 'Examples not of the category not taken for it.';

create table if not exists innovation_index.item_categories (
    month date not null,
    item_id varchar not null,
    category varchar not null,
    probability double not null check (probability between 0 and 1)
);
comment on table innovation_index.item_categories is 'Categories of each item: none, one or several.';
comment on column innovation_index.item_categories.month is 'First day of the month.';
comment on column innovation_index.item_categories.item_id is 'The item.';
comment on column innovation_index.item_categories.category is 'One of the five categories.';
comment on column innovation_index.item_categories.probability is 'Probability that the item is of the category, in the mixture of the month''s texts; 1 where an activity_points drop says so.';

create table if not exists innovation_index.runs (
    month date not null,
    category varchar not null,
    algorithm varchar not null check (algorithm in ('kmeans', 'hdbscan')),
    start varchar not null check (start in ('given', 'last month', 'k-means++', 'none')),
    items integer not null check (items >= 0),
    clusters integer not null check (clusters >= 0),
    iterations integer not null check (iterations >= 0),
    inertia double,
    best_random_inertia double,
    stability double check (stability <= 1),
    carried_share double check (carried_share between 0 and 1),
    note varchar
);
comment on table innovation_index.runs is 'How each category was clustered.';
comment on column innovation_index.runs.month is 'First day of the month.';
comment on column innovation_index.runs.category is 'One of the five categories, or Overall.';
comment on column innovation_index.runs.algorithm is 'kmeans or hdbscan.';
comment on column innovation_index.runs.start is 'Where K-means started: given centres, last month''s, k-means++; none where it was not run.';
comment on column innovation_index.runs.items is 'Items of the category (for Overall: of any category, once each).';
comment on column innovation_index.runs.clusters is 'Clusters found.';
comment on column innovation_index.runs.iterations is 'Lloyd iterations until nothing moved.';
comment on column innovation_index.runs.inertia is 'Sum of squared distances to the centres, in square degrees.';
comment on column innovation_index.runs.best_random_inertia is 'Least inertia of the k-means++ starts run beside it, in square degrees.';
comment on column innovation_index.runs.stability is 'Mean adjusted Rand index between the labels and those of bootstrap samples clustered from the same start.';
comment on column innovation_index.runs.carried_share is 'Share of last month''s items, still here and not moved, whose cluster is the same.';
comment on column innovation_index.runs.note is 'Why it was not run, or what was changed to run it.';

create table if not exists innovation_index.clusters (
    month date not null,
    category varchar not null,
    cluster_id varchar not null,
    name varchar not null,
    regions varchar not null,
    items integer not null check (items > 0),
    businesses integer not null check (businesses >= 0),
    events integer not null check (events >= 0),
    papers integer not null check (papers >= 0),
    percentage double not null check (percentage between 0 and 100),
    latitude double not null,
    longitude double not null,
    places integer not null check (places > 0),
    hull_wkt varchar,
    outline_wkt varchar,
    profile_fingerprint varchar not null
);
comment on table innovation_index.clusters is 'Clusters of each category.';
comment on column innovation_index.clusters.month is 'First day of the month.';
comment on column innovation_index.clusters.category is 'One of the five categories, or Overall.';
comment on column innovation_index.clusters.cluster_id is 'Identifier that lasts from month to month.';
comment on column innovation_index.clusters.name is 'Primary Urban Areas inside the hull, in the publisher''s order; else the nearest town with its bearing.';
comment on column innovation_index.clusters.regions is 'Regions of the named towns in their order, separated by commas.';
comment on column innovation_index.clusters.items is 'Items in the cluster.';
comment on column innovation_index.clusters.businesses is 'Of them businesses.';
comment on column innovation_index.clusters.events is 'Of them events.';
comment on column innovation_index.clusters.papers is 'Of them papers.';
comment on column innovation_index.clusters.percentage is 'Items of the cluster in all items of the category, in percent.';
comment on column innovation_index.clusters.latitude is 'Mean latitude of the items in degrees, WGS84.';
comment on column innovation_index.clusters.longitude is 'Mean longitude of the items in degrees, WGS84.';
comment on column innovation_index.clusters.places is 'Distinct places of the items.';
comment on column innovation_index.clusters.hull_wkt is 'Convex hull of the items, longitude and latitude, WGS84; null below three distinct places.';
comment on column innovation_index.clusters.outline_wkt is 'The hull buffered, longitude and latitude, WGS84; null below three distinct places.';
comment on column innovation_index.clusters.profile_fingerprint is 'Fingerprint of the parameters shared by the month''s profiles.';

create table if not exists innovation_index.activity_points (
    month date not null,
    item_id varchar not null,
    kind varchar not null check (kind in ('business', 'event', 'paper')),
    category varchar not null,
    cluster_id varchar not null,
    latitude double not null,
    longitude double not null
);
comment on table innovation_index.activity_points is 'Items with their category and cluster; Overall holds each item once.';
comment on column innovation_index.activity_points.month is 'First day of the month.';
comment on column innovation_index.activity_points.item_id is 'The item.';
comment on column innovation_index.activity_points.kind is 'business, event or paper.';
comment on column innovation_index.activity_points.category is 'One of the five categories, or Overall.';
comment on column innovation_index.activity_points.cluster_id is 'Cluster of the item in the category.';
comment on column innovation_index.activity_points.latitude is 'Latitude in degrees, WGS84.';
comment on column innovation_index.activity_points.longitude is 'Longitude in degrees, WGS84.';

create table if not exists innovation_index.rankings (
    month date not null,
    category varchar not null,
    rank integer not null check (rank > 0),
    cluster_id varchar not null,
    name varchar not null,
    regions varchar not null,
    percentage double not null check (percentage between 0 and 100),
    items integer not null check (items > 0),
    businesses integer not null check (businesses >= 0),
    events integer not null check (events >= 0),
    papers integer not null check (papers >= 0),
    latitude double not null,
    longitude double not null
);
comment on table innovation_index.rankings is 'Clusters of each category by percentage, the largest first.';
comment on column innovation_index.rankings.month is 'First day of the month.';
comment on column innovation_index.rankings.category is 'One of the five categories, or Overall.';
comment on column innovation_index.rankings.rank is 'Place in the ranking from 1; equal percentages by cluster_id.';
comment on column innovation_index.rankings.cluster_id is 'The cluster.';
comment on column innovation_index.rankings.name is 'Its name.';
comment on column innovation_index.rankings.regions is 'Regions of the named towns.';
comment on column innovation_index.rankings.percentage is 'Its items in all items of the category, in percent.';
comment on column innovation_index.rankings.items is 'Items in the cluster.';
comment on column innovation_index.rankings.businesses is 'Of them businesses.';
comment on column innovation_index.rankings.events is 'Of them events.';
comment on column innovation_index.rankings.papers is 'Of them papers.';
comment on column innovation_index.rankings.latitude is 'Latitude of the centre in degrees, WGS84.';
comment on column innovation_index.rankings.longitude is 'Longitude of the centre in degrees, WGS84.';

create table if not exists innovation_index.rank_changes (
    month date not null,
    category varchar not null,
    cluster_id varchar not null,
    rank integer not null,
    percentage double not null,
    rank_last_month integer,
    percentage_last_month double,
    rank_change_month integer,
    percentage_change_month double,
    rank_last_year integer,
    percentage_last_year double,
    rank_change_year integer,
    percentage_change_year double
);
comment on table innovation_index.rank_changes is 'Rank and share of each cluster against the month and the year before.';
comment on column innovation_index.rank_changes.month is 'First day of the month.';
comment on column innovation_index.rank_changes.category is 'One of the five categories, or Overall.';
comment on column innovation_index.rank_changes.cluster_id is 'The cluster.';
comment on column innovation_index.rank_changes.rank is 'Rank this month.';
comment on column innovation_index.rank_changes.percentage is 'Share this month, in percent.';
comment on column innovation_index.rank_changes.rank_last_month is 'Rank the month before; null where the cluster or the month was not there.';
comment on column innovation_index.rank_changes.percentage_last_month is 'Share the month before, in percent.';
comment on column innovation_index.rank_changes.rank_change_month is 'Places gained since the month before: positive is up.';
comment on column innovation_index.rank_changes.percentage_change_month is 'Percentage points gained since the month before.';
comment on column innovation_index.rank_changes.rank_last_year is 'Rank twelve months before; null where the cluster or the month was not there.';
comment on column innovation_index.rank_changes.percentage_last_year is 'Share twelve months before, in percent.';
comment on column innovation_index.rank_changes.rank_change_year is 'Places gained in twelve months: positive is up.';
comment on column innovation_index.rank_changes.percentage_change_year is 'Percentage points gained in twelve months.';

create table if not exists innovation_index.cluster_history (
    month date not null,
    category varchar not null,
    cluster_id varchar not null,
    event varchar not null check (event in ('born', 'kept', 'renamed', 'ended')),
    first_month date not null,
    months integer not null check (months > 0),
    best_rank integer not null,
    name varchar not null,
    former_name varchar,
    moved_km double
);
comment on table innovation_index.cluster_history is 'What became of each cluster since the month before.';
comment on column innovation_index.cluster_history.month is 'First day of the month.';
comment on column innovation_index.cluster_history.category is 'One of the five categories, or Overall.';
comment on column innovation_index.cluster_history.cluster_id is 'The cluster.';
comment on column innovation_index.cluster_history.event is 'born: not there in the latest earlier month; kept; renamed: kept with another name; ended: there then and not now.';
comment on column innovation_index.cluster_history.first_month is 'First month in the warehouse in which the cluster stands.';
comment on column innovation_index.cluster_history.months is 'Months in the warehouse, this included, in which it stands.';
comment on column innovation_index.cluster_history.best_rank is 'Best rank it has had so far.';
comment on column innovation_index.cluster_history.name is 'Name this month; of the latest month where it has ended.';
comment on column innovation_index.cluster_history.former_name is 'Name in the latest earlier month where it was another.';
comment on column innovation_index.cluster_history.moved_km is 'Distance its centre moved since the latest earlier month, in kilometres.';

create table if not exists innovation_index.place_clusters (
    month date not null,
    place varchar not null,
    region varchar not null,
    category varchar not null,
    cluster_id varchar not null,
    is_inside_outline boolean not null,
    centre_distance_km double not null check (centre_distance_km >= 0)
);
comment on table innovation_index.place_clusters is 'The cluster that each town lies in or nearest to, by category, so that readers find their own town.';
comment on column innovation_index.place_clusters.month is 'First day of the month.';
comment on column innovation_index.place_clusters.place is 'Town of reference.places.';
comment on column innovation_index.place_clusters.region is 'Region (ITL1) of the town.';
comment on column innovation_index.place_clusters.category is 'One of the five categories, or Overall.';
comment on column innovation_index.place_clusters.cluster_id is 'Cluster whose centre is nearest to the town, as K-means measures it.';
comment on column innovation_index.place_clusters.is_inside_outline is 'Whether the town lies inside the cluster''s outline.';
comment on column innovation_index.place_clusters.centre_distance_km is 'Distance from the town to the cluster''s centre, in kilometres.';

create table if not exists innovation_index.place_specialisation (
    month date not null,
    place varchar not null,
    region varchar not null,
    category varchar not null,
    items integer not null check (items >= 0),
    businesses integer not null check (businesses >= 0),
    events integer not null check (events >= 0),
    papers integer not null check (papers >= 0),
    located_items integer not null check (located_items >= 0),
    location_quotient double,
    location_quotient_lower double,
    location_quotient_upper double,
    p_value double check (p_value between 0 and 1),
    is_specialised boolean not null,
    events_per_100k double,
    event_concentration double
);
comment on table innovation_index.place_specialisation is 'What each town has more of than the country, by category.';
comment on column innovation_index.place_specialisation.month is 'First day of the month.';
comment on column innovation_index.place_specialisation.place is 'Town of reference.places.';
comment on column innovation_index.place_specialisation.region is 'Region (ITL1) of the town.';
comment on column innovation_index.place_specialisation.category is 'One of the five categories.';
comment on column innovation_index.place_specialisation.items is 'Items of the category nearest to this town and within the profile''s radius of it.';
comment on column innovation_index.place_specialisation.businesses is 'Of them businesses.';
comment on column innovation_index.place_specialisation.events is 'Of them events.';
comment on column innovation_index.place_specialisation.papers is 'Of them papers.';
comment on column innovation_index.place_specialisation.located_items is 'All items there, of whatever category or none.';
comment on column innovation_index.place_specialisation.location_quotient is 'Share of the town''s items that are of the category, over the country''s share.';
comment on column innovation_index.place_specialisation.location_quotient_lower is 'Lower end of its interval.';
comment on column innovation_index.place_specialisation.location_quotient_upper is 'Upper end of its interval.';
comment on column innovation_index.place_specialisation.p_value is 'One-sided p-value of a quotient above 1.';
comment on column innovation_index.place_specialisation.is_specialised is 'Whether the quotient is above 1 after Benjamini-Hochberg over all towns and categories of the month.';
comment on column innovation_index.place_specialisation.events_per_100k is 'Events of the category for each 100,000 residents.';
comment on column innovation_index.place_specialisation.event_concentration is 'Events per head over those of all towns together: events that belong to a town over residents of all towns.';

create table if not exists innovation_index.institution_influence (
    month date not null,
    institution_key varchar not null,
    category varchar not null,
    name varchar not null,
    cluster_id varchar,
    place varchar,
    papers integer not null check (papers >= 0),
    citations bigint not null check (citations >= 0),
    citations_per_paper double,
    relative_citations double,
    share_of_papers double not null check (share_of_papers between 0 and 1)
);
comment on table innovation_index.institution_influence is 'Papers and citations of each institution by category.';
comment on column innovation_index.institution_influence.month is 'First day of the month.';
comment on column innovation_index.institution_influence.institution_key is 'OpenAlex institution id or MAG affiliation id.';
comment on column innovation_index.institution_influence.category is 'One of the five categories.';
comment on column innovation_index.institution_influence.name is 'Display name.';
comment on column innovation_index.institution_influence.cluster_id is 'Cluster its papers of the category lie in.';
comment on column innovation_index.institution_influence.place is 'Nearest town.';
comment on column innovation_index.institution_influence.papers is 'Papers of the category with an author there.';
comment on column innovation_index.institution_influence.citations is 'Citations of these papers.';
comment on column innovation_index.institution_influence.citations_per_paper is 'Citations over papers.';
comment on column innovation_index.institution_influence.relative_citations is 'Citations per paper over those of all papers of the category; 1 is usual.';
comment on column innovation_index.institution_influence.share_of_papers is 'Its papers in all papers of the category.';

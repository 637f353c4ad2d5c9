// The month's tables (data.js, see page_data.py) as rows, and how one finds the rows of another.
"use strict";

(() => {
  const data = window.CLUSTER_DATA;

  const decodeColumn = (column) =>
    Array.isArray(column) ? column : column.codes.map((code) => (code < 0 ? null : column.values[code]));

  const decodeRows = (table) => {
    const names = Object.keys(table.columns);
    const columns = names.map((name) => decodeColumn(table.columns[name]));
    return Array.from({ length: table.rows }, (_, row) => {
      const made = {};
      names.forEach((name, k) => {
        made[name] = columns[k][row];
      });
      return made;
    });
  };

  /** A function that computes its value when first called. */
  const lazily = (compute) => {
    let value;
    return () => (value === undefined ? (value = compute()) : value);
  };

  const grouped = (rows, key) => {
    const groups = new Map();
    for (const row of rows) {
      const of = key(row);
      if (!groups.has(of)) groups.set(of, []);
      groups.get(of).push(row);
    }
    return groups;
  };

  const keyed = (rows, key) => new Map(rows.map((row) => [key(row), row]));

  /** Rows with `outlines` as clusters: `row` (number), `shape` (made when first asked for), `centre`. */
  const decodeClusters = (table) =>
    decodeRows(table).map((cluster, row) => {
      const shape = lazily(() => app.shape(table.outlines[row]));
      const centre = app.worldPoint(cluster.latitude, cluster.longitude);
      return Object.assign(cluster, { row, shape, centre, outlined: table.outlines[row] !== null });
    });

  const detailsOf = (table) => {
    if (!table) return () => [];
    const groups = lazily(() => grouped(decodeRows(table), (row) => row.cluster));
    return (cluster) => groups().get(cluster.row) || [];
  };

  const clusters = decodeClusters(data.clusters);
  const indexClusters = decodeClusters(data.index_clusters);
  const stability = detailsOf(data.stability);
  for (const cluster of clusters) {
    // A figure like others: it can be coloured by, sorted by and compared.
    const [row] = stability(cluster);
    cluster.stability = row || null;
    cluster.mean_jaccard = row ? row.mean_jaccard : null;
  }
  const sureOutlines = (table) => {
    if (!table) return () => [];
    const rows = decodeRows(table).map((row, k) =>
      Object.assign(row, { shape: lazily(() => app.shape(table.outlines[k])) }),
    );
    const groups = grouped(rows, (row) => row.cluster);
    return (cluster) => groups.get(cluster.row) || [];
  };
  const timelineOf = (table) => {
    const key = (row) => `${row.profile}|${row.dimension}|${row.member}`;
    const groups = lazily(() => (table ? grouped(decodeRows(table), key) : new Map()));
    return (profile, dimension, member) => groups().get(`${profile}|${dimension}|${member}`) || [];
  };
  const localisation = lazily(() => (data.localisation ? decodeRows(data.localisation) : []));
  const sectorKey = ({ profile, scheme, sector }) => `${profile}|${scheme}|${sector}`;
  const agreement = lazily(() =>
    data.method_agreement ? grouped(decodeRows(data.method_agreement), sectorKey) : new Map(),
  );

  const indexKey = (row) => `${row.category}|${row.cluster_id}`;
  const placeKey = (row) => `${row.place || row.name}, ${row.region}`;
  const lookUp = (table) => {
    const rows = lazily(() => keyed(decodeRows(table), indexKey));
    return (category, id) => rows().get(`${category}|${id}`);
  };
  const ofPlace = (table) => {
    const groups = lazily(() => grouped(decodeRows(table), placeKey));
    return (key) => groups().get(key) || [];
  };

  const byProfile = grouped(clusters, (cluster) => cluster.profile);
  const told = Object.keys(data.profiles).filter((name) => byProfile.has(name));
  const places = decodeRows(data.places);
  const indexById = keyed(indexClusters, indexKey);

  app.data = {
    month: data.month,
    links: data.links,
    sources: data.sources,
    attributions: data.attributions,
    notices: data.notices,
    approval: data.approval,
    baseMap: data.base_map,
    minFirms: data.min_firms,
    addressNoticeShare: data.address_notice_share,
    nearTownKm: data.near_town_km,
    employeesRounding: data.employees_rounding,
    turnoverRounding: data.turnover_rounding_gbp,
    formats: data.formats,
    bands: data.bands,
    measures: new Map(data.measures.map(([words, format, met], order) => [words, { format, met, order }])),
    profileTexts: data.profiles,
    profiles: [...told, ...[...byProfile.keys()].filter((name) => !told.includes(name))],
    clusters: (profile) => byProfile.get(profile) || [],
    cluster: (profile, id) => (byProfile.get(profile) || []).find((cluster) => cluster.cluster_id === id),
    criteria: detailsOf(data.criteria),
    sectorMix: detailsOf(data.sector_mix),
    events: detailsOf(data.events),
    stableOutlines: sureOutlines(data.stable_outlines),
    margins: detailsOf(data.margins),
    audit: (() => {
      const of = detailsOf(data.audits);
      return (cluster) => of(cluster)[0] || null;
    })(),
    clusterHistory: detailsOf(data.history),
    clusterMonths: detailsOf(data.cluster_months),
    timeline: timelineOf(data.timeline),
    localisation: (profile, scheme, sector) =>
      localisation().find((row) => row.profile === profile && row.scheme === scheme && row.sector === sector),
    methodAgreement: (profile, scheme, sector) => agreement().get(sectorKey({ profile, scheme, sector })) || [],
    unplacedMoney: lazily(() => (data.unplaced_money ? decodeRows(data.unplaced_money) : [])),
    totals: lazily(() => decodeRows(data.totals)),
    indexClusters: (category) => indexClusters.filter((cluster) => cluster.category === category),
    indexCluster: (category, id) => indexById.get(`${category}|${id}`),
    rankings: lazily(() => grouped(decodeRows(data.rankings), (row) => row.category)),
    rankChange: lookUp(data.rank_changes),
    history: lookUp(data.cluster_history),
    places,
    placeKey,
    place: (key) => places.find((place) => placeKey(place) === key),
    placeClusters: ofPlace(data.place_clusters),
    placeSpecialisation: ofPlace(data.place_specialisation),
    boundaries: lazily(() => {
      if (!data.boundaries) return [];
      return decodeRows(data.boundaries).map((area, row) =>
        Object.assign(area, { shape: app.shape(data.boundaries.outlines[row]) }),
      );
    }),
  };

  const all = (values) => [...new Set(values.filter((value) => value !== null))].sort();
  app.categories = (() => {
    const found = all(indexClusters.map((cluster) => cluster.category));
    return found.includes("Overall") ? ["Overall", ...found.filter((name) => name !== "Overall")] : found;
  })();
  app.schemes = all(clusters.map((cluster) => cluster.scheme));
  app.regions = all(clusters.flatMap((cluster) => cluster.regions.split("; ")));
  app.sectors = (scheme) =>
    all(clusters.filter((cluster) => !scheme || cluster.scheme === scheme).map((cluster) => cluster.sector));
})();

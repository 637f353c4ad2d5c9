// Explanations that stand in several places of the page.
"use strict";

(() => {
  app.SCHEMES = { sic: "SIC sector", rtic: "emerging sector (RTIC)", rdi: "all RD&I-active organisations" };

  app.APPROACHES = {
    spatial: "from where its members are (spatial approach)",
    network: "from who works with whom (network approach)",
    both: "both from where its members are and from who works with whom",
  };

  app.TYPE_TEXTS = {
    Specialised: "active in research, development and innovation, close together, and of one field",
    "R&D Collaborating": "active, close together, and working together on publicly funded research and development",
    Diverse: "active and close together, but of many fields",
    Dispersed: "active and working together, but not close together",
  };

  app.EVENTS = {
    birth: () => "New this month",
    continuation: () => "Continues from the month before",
    merge: (event) => `Took in the larger part of cluster ${event.earlier_name || event.earlier_cluster_id}`,
    split: (event) => `Came out of cluster ${event.earlier_name || event.earlier_cluster_id}`,
    type_change: (event) => `Changed its type from ${event.earlier_type} to ${event.cluster_type}`,
    death: () => "Ended",
    rename: (event) => `Was called ${event.earlier_name} before`,
  };

  /** What explains an event: the firms themselves, or only what is known of them. */
  app.CAUSES = {
    firms: "the firms changed",
    reader: "a source is read in another way",
    taxonomy: "the sector lists changed",
    postcodes: "the postcode directory changed",
    register: "the register changed",
    profile: "a parameter of the method changed",
  };

  app.AWARD_SOURCES = {
    innovate_uk: "Innovate UK, funded projects",
    innovate_uk_applications: "Innovate UK, applications",
    ukri: "Gateway to Research",
  };

  /** Why money stands at no place. */
  app.NO_PLACE = {
    outside_uk: "the organisation is abroad",
    organisation_unmatched: "no other source knows the organisation, and the award gives no postcode",
    no_postcode: "no source gives a postcode",
    postcode_unknown: "the postcode directory knows neither the postcode nor its sector or district",
    formation_agent: "only a registration at a formation agent’s",
    unattributed: "no participant to give it to",
    withdrawn: "withdrawn",
    on_hold: "on hold",
    in_other_list: "counted by another list",
    no_amount: "no amount is given",
  };

  app.STABILITY = {
    robust: "Robust",
    fair: "Fair",
    fragile: "Fragile",
  };

  app.STABILITY_TEXT =
    "The match is the Jaccard index: of all that the cluster and the group found in its place have, the share that both have. 1 is the same group again. " +
    "robust, fair and fragile are words for its mean; the limits are parameters of the method.";

  app.CRITERIA_TEXT =
    "RD&I-active is met by the share alone, or by the count and its p-value together. In the publishers’ way a cluster found within one sector is " +
    "specialised by that; its location quotient stands beside it. A criterion that is not tested for this kind of cluster has no figure.";

  /** A band as it is published, in words; nothing where there is none. */
  app.band = (band) => band && band.replace("<=", "at most ");

  app.SUPPRESSED = "c: suppressed. The figure, or another that it would give away, could tell about a single business.";
  app.UNAVAILABLE = "x: not available. No source gives it, or there is nothing to compare it with.";

  const isOfAll = (cluster) => cluster.scheme === "rdi";

  /** What a location quotient says: of a cluster that is of no one sector it is that of the one which stands out. */
  app.quotientInWords = (cluster, times) => {
    if (isOfAll(cluster))
      return `one of its sectors is ${times} times as common among the RD&I-active organisations here as among those of the United Kingdom`;
    if (!cluster.sector) return `one of its sectors is ${times} times as common among its members as in the United Kingdom`;
    return `its sector is ${times} times as common here as in the United Kingdom`;
  };

  /** A figure's words, for a cluster that is of no one sector too. */
  app.figureWords = (cluster, words, key) =>
    isOfAll(cluster) && key === "sector_sites_share" ? "Share of all RD&I-active sites" : words;

  app.sectorInWords = (cluster) => {
    if (isOfAll(cluster)) return "All RD&I-active organisations";
    return cluster.sector
      ? `${cluster.sector} · ${app.SCHEMES[cluster.scheme] || cluster.scheme}`
      : "Community of collaborators";
  };
})();

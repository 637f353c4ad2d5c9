// Which clusters are shown: those of the chosen method that pass every filter.
"use strict";

(() => {
  app.FILTER_KEYS = ["profile", "types", "scheme", "sector", "region", "firms", "share", "active"];

  const passes = (cluster, state) =>
    state.types.includes(cluster.cluster_type) &&
    (!state.scheme || cluster.scheme === state.scheme) &&
    (!state.sector || cluster.sector === state.sector) &&
    (!state.region || cluster.regions.split("; ").includes(state.region)) &&
    cluster.firms >= state.firms &&
    (!state.share || (cluster.sector_sites_share !== null && 100 * cluster.sector_sites_share >= state.share)) &&
    (!state.active || cluster.is_rdi_active === 1);

  let shown = [];
  let colouring = null;

  /** Clusters shown, largest area first: so are they drawn, and small ones stay on top. */
  app.shown = () => shown;
  app.colours = () => colouring;

  const area = (cluster) => cluster.area_km2 || 0;

  // The first to listen, so that all others find the new list.
  app.onChange([...app.FILTER_KEYS, "colour"], (changed) => {
    const { state } = app;
    const clusters = app.data.clusters(state.profile);
    if (changed.has("colour") || changed.has("profile")) colouring = app.colouring(state.colour, clusters);
    if (!app.FILTER_KEYS.some((key) => changed.has(key))) return;
    shown = clusters.filter((cluster) => passes(cluster, state)).sort((a, b) => area(b) - area(a));
  });
})();

// What lies under the pointer: shown beside it, and opened by a click.
"use strict";

(() => {
  const { state, map } = app;
  const is = (layer) => state.layers.includes(layer);
  const NEAR = 9; // pixels to a centre

  /** Clusters drawn at a place, smallest first. */
  app.clustersAt = (latlng) => {
    const point = app.worldPoint(latlng.lat, latlng.lng);
    const near = NEAR / (256 * 2 ** map.getZoom());
    const isAt = (cluster) =>
      Math.hypot(cluster.centre.x - point.x, cluster.centre.y - point.y) < near ||
      (state.draw !== "centres" && cluster.outlined && app.isInside(cluster.shape(), point));
    return is("map") ? app.shown().filter(isAt).reverse() : [];
  };

  const indexClusterAt = (latlng) => {
    if (!is("index")) return null;
    const point = app.worldPoint(latlng.lat, latlng.lng);
    const inside = app.data
      .indexClusters(state.category)
      .filter((cluster) => cluster.outlined && app.isInside(cluster.shape(), point));
    const distance = (cluster) => Math.hypot(cluster.centre.x - point.x, cluster.centre.y - point.y);
    return inside.sort((a, b) => distance(a) - distance(b))[0] || null;
  };

  const words = app.byId("pointed");
  const showPointed = (event) => {
    const found = app.clustersAt(event.latlng);
    const first = found[0] || indexClusterAt(event.latlng);
    app.point(first || null);
    words.hidden = !first;
    map.getContainer().classList.toggle("is-pointing", Boolean(first));
    if (!first) return;
    const more = found.length > 1 ? ` and ${found.length - 1} more here` : "";
    app.fill(
      words,
      app.element("strong", {}, app.named(first.name)),
      app.element("span", {}, `${first.sector || first.category || first.cluster_type}${more}`),
    );
    const { x, y } = event.containerPoint;
    const size = map.getSize();
    words.style.left = `${Math.min(x + 14, size.x - words.offsetWidth - 8)}px`;
    words.style.top = `${y + 18 + words.offsetHeight > size.y ? y - words.offsetHeight - 10 : y + 18}px`;
  };

  let asked = 0;
  let isMoving = false;
  map.on("mousemove", (event) => {
    cancelAnimationFrame(asked);
    if (!isMoving) asked = requestAnimationFrame(() => showPointed(event));
  });
  map.on("movestart", () => {
    isMoving = true;
  });
  map.on("moveend", () => {
    isMoving = false;
  });
  map.on("mouseout movestart", () => {
    cancelAnimationFrame(asked);
    words.hidden = true;
    app.point(null);
  });

  map.on("click", (event) => {
    const found = app.clustersAt(event.latlng);
    const index = indexClusterAt(event.latlng);
    if (found.length > 1)
      app.set({ here: `${event.latlng.lat.toFixed(4)},${event.latlng.lng.toFixed(4)}`, cluster: "", index: "" });
    else if (found.length === 1) app.set({ cluster: found[0].cluster_id, here: "", index: "" });
    else app.set({ cluster: "", here: "", index: index ? index.cluster_id : "" });
    app.showDetail();
  });
})();

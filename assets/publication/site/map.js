// The map: coast, areas, clusters of both systems, towns; and what lies under the pointer.
"use strict";

(() => {
  const { state } = app;
  const UK = [
    [49.8, -8.3],
    [60.9, 2.0],
  ];
  const AROUND = [
    [46.5, -18],
    [63.5, 11],
  ];
  const TOWN_POPULATIONS = [
    [6, 400000],
    [7, 180000],
    [8, 90000],
    [9, 40000],
  ]; // below that zoom, towns from that size
  const LARGE_TOWN = 400000;
  const RADIUS = 3.2;
  const BEHIND = 0.4; // how much is left of the others beside chosen clusters
  const LARGEST_FILL = 0.4; // of the view's shorter side
  const SMALLEST_OUTLINE = 3; // pixels: a smaller outline says no more than the centre

  const is = (layer) => state.layers.includes(layer);

  const map = L.map("map", {
    maxBounds: AROUND,
    maxBoundsViscosity: 0.8,
    minZoom: 4,
    maxZoom: 13,
    zoomSnap: 0.25,
    attributionControl: false,
    zoomControl: false,
    fadeAnimation: !app.prefersStill,
    zoomAnimation: !app.prefersStill,
    inertia: !app.prefersStill,
  });
  L.control.zoom({ position: "topleft", zoomInText: "+", zoomOutText: "−" }).addTo(map);
  map.createPane("base").style.zIndex = 250;
  map.createPane("clusters").style.zIndex = 400;
  map.createPane("top").style.zIndex = 450;

  // --- what is drawn -------------------------------------------------------------------------------------------------

  const coast = Object.fromEntries(
    Object.entries(window.COAST_DATA).map(([kind, paths]) => [kind, paths.map((path) => app.shape([path]))]),
  );

  const traceAll = (context, view, shapes, closed) => {
    context.beginPath();
    for (const shape of shapes) if (app.isInView(view, shape.box)) app.trace(context, view, shape, closed);
  };

  const paintBase = (context, view) => {
    if (online) return;
    traceAll(context, view, coast.land, true);
    context.fillStyle = "#f7f5f0";
    context.fill("evenodd");
    context.lineWidth = 0.9;
    context.strokeStyle = "#9fb1bd";
    context.stroke();
    traceAll(context, view, coast.lakes, true);
    context.fillStyle = "#dfe9ef";
    context.fill();
    traceAll(context, view, coast.borders, false);
    context.strokeStyle = "#a8a297";
    context.setLineDash([4, 3]);
    context.stroke();
    context.setLineDash([]);
  };

  const paintAreas = (context, view) => {
    for (const [layer, kind, colour] of [
      ["districts", "local_authority", "#d3cec3"],
      ["regions", "region", "#a8a297"],
    ]) {
      if (!is(layer)) continue;
      traceAll(
        context,
        view,
        app.data
          .boundaries()
          .filter((area) => area.layer === kind)
          .map((area) => area.shape)
          .filter(Boolean),
        true,
      );
      context.lineWidth = 1;
      context.strokeStyle = colour;
      context.stroke();
    }
  };

  const paintOutline = (context, view, cluster, colour, fillAlpha, lineAlpha, alwaysFill = false) => {
    const shape = cluster.shape();
    if (!shape || !app.isInView(view, shape.box)) return;
    const size = app.sizeInView(view, shape.box);
    if (size < SMALLEST_OUTLINE) return;
    context.beginPath();
    app.trace(context, view, shape);
    context.fillStyle = context.strokeStyle = colour;
    // A fill as large as the view tints all of it, says nothing, and takes most of the time.
    if (alwaysFill || size < LARGEST_FILL * Math.min(view.width, view.height)) {
      context.globalAlpha = fillAlpha;
      context.fill("evenodd");
    }
    context.globalAlpha = lineAlpha;
    context.stroke();
  };

  const paintCentre = (context, view, cluster, colour, radius) => {
    const [x, y] = app.screen(view, cluster.centre);
    if (x < -radius || y < -radius || x > view.width + radius || y > view.height + radius) return;
    context.beginPath();
    app.markPath(context, cluster.cluster_type, x, y, radius);
    context.fillStyle = colour;
    context.fill();
    context.stroke();
  };

  const paintClusters = (context, view) => {
    if (!is("map")) return;
    const shown = app.shown();
    const { colour } = app.colours();
    // Many outlines upon each other would otherwise hide everything.
    const step = state.cluster || state.compare.length ? BEHIND : 1;
    const fillAlpha = step * Math.max(0.025, Math.min(0.22, 30 / (shown.length + 1)));
    const lineAlpha = step * Math.max(0.25, Math.min(0.8, 200 / (shown.length + 1)));
    context.lineWidth = view.zoom < 7 ? 0.6 : 1;
    if (state.draw !== "centres")
      for (const cluster of shown) paintOutline(context, view, cluster, colour(cluster), fillAlpha, lineAlpha);
    context.globalAlpha = step < 1 ? 0.6 : 0.9;
    context.lineWidth = 0.8;
    context.strokeStyle = "#ffffff";
    const radius = Math.max(2.2, RADIUS + (view.zoom - 7) * 0.7);
    for (const cluster of shown)
      if (state.draw !== "outlines" || !cluster.outlined) paintCentre(context, view, cluster, colour(cluster), radius);
    context.globalAlpha = 1;
  };

  const paintIndex = (context, view) => {
    if (!is("index")) return;
    const clusters = app.data.indexClusters(state.category);
    const most = Math.max(...clusters.map((cluster) => cluster.percentage), 1);
    context.lineWidth = 1.2;
    for (const cluster of clusters) {
      paintOutline(
        context,
        view,
        cluster,
        app.INDEX_COLOUR,
        0.08 + 0.4 * Math.sqrt(cluster.percentage / most),
        0.8,
        true,
      );
    }
    context.globalAlpha = 1;
  };

  const RANKED = 10; // ranks written on the map
  const BADGE = 10;
  const rankOf = (cluster) => app.data.rankChange(cluster.category, cluster.cluster_id)?.rank || Infinity;

  /** Draws the centres of the Index's clusters, the ten largest with their rank; returns the boxes that these take. */
  const paintRanks = (context, view) => {
    if (!is("index")) return [];
    const clusters = app.data.indexClusters(state.category).map((cluster) => ({ cluster, rank: rankOf(cluster) }));
    const taken = [];
    context.font = "600 12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 1.2;
    context.strokeStyle = "#ffffff";
    for (const { cluster, rank } of clusters.sort((a, b) => b.rank - a.rank)) {
      const [x, y] = app.screen(view, cluster.centre);
      context.beginPath();
      context.arc(x, y, rank <= RANKED ? BADGE : 4, 0, 2 * Math.PI);
      context.fillStyle = app.INDEX_COLOUR;
      context.fill();
      context.stroke();
      if (rank > RANKED) continue;
      taken.push([x - BADGE, y - BADGE, x + BADGE, y + BADGE]);
      context.fillStyle = "#ffffff";
      context.fillText(String(rank), x, y + 0.5);
    }
    return taken;
  };

  const overlap = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

  const paintTowns = (context, view) => {
    const ranks = paintRanks(context, view);
    const taken = [...ranks];
    if (!is("towns")) return;
    const least = (TOWN_POPULATIONS.find(([zoom]) => view.zoom < zoom) || [0, 0])[1];
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const town of app.data.places) {
      if (town.population < least) break; // largest first
      const [x, y] = app.screen(view, app.worldPoint(town.latitude, town.longitude));
      if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
      const isLarge = town.population > LARGE_TOWN;
      context.font = `${isLarge ? "600 13px" : "500 12px"} system-ui, sans-serif`;
      const width = context.measureText(town.name).width;
      // Beside the rank of a cluster whose centre is the town's own, where that would cover it.
      const isCovered = ranks.some((other) => overlap([x - 2, y - 2, x + 2, y + 2], other));
      const left = x + (isCovered ? BADGE + 6 : 6);
      const box = [isCovered ? left : x - 2, y - 9, left + width + 6, y + 9];
      if (taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      context.strokeStyle = "rgba(255, 255, 255, 0.9)";
      context.lineWidth = 3;
      context.strokeText(town.name, left, y);
      context.fillStyle = "#26313a";
      context.fillText(town.name, left, y);
      if (isCovered) continue;
      context.beginPath();
      context.arc(x, y, 2, 0, 2 * Math.PI);
      context.fill();
    }
  };

  const paintPlace = (context, view) => {
    const town = state.tab === "places" && app.data.place(state.place);
    if (!town) return;
    const [x, y] = app.screen(view, app.worldPoint(town.latitude, town.longitude));
    context.beginPath();
    context.arc(x, y, 13, 0, 2 * Math.PI);
    context.setLineDash([4, 3]);
    context.lineWidth = 2.5;
    context.strokeStyle = "#111820";
    context.stroke();
    context.setLineDash([]);
  };

  let pointed = null;
  const paintChosen = (context, view) => {
    const chosen = [
      ...state.compare.map((id) => app.data.cluster(state.profile, id)),
      app.data.cluster(state.profile, state.cluster),
      state.index && app.data.indexCluster(state.category, state.index),
      pointed,
    ].filter(Boolean);
    for (const cluster of chosen) {
      const [x, y] = app.screen(view, cluster.centre);
      context.beginPath();
      if (cluster.shape()) app.trace(context, view, cluster.shape());
      context.globalAlpha = 0.12;
      context.fillStyle = cluster.category ? app.INDEX_COLOUR : app.colours().colour(cluster);
      context.fill("evenodd");
      context.globalAlpha = 1;
      context.moveTo(x + 9, y);
      context.arc(x, y, 9, 0, 2 * Math.PI);
      for (const [width, colour] of [
        [5, "#ffffff"],
        [2.5, "#111820"],
      ]) {
        context.lineWidth = width;
        context.strokeStyle = colour;
        context.stroke();
      }
    }
  };

  const layers = [
    app.paintLayer("base", paintBase, paintAreas),
    app.paintLayer("clusters", paintClusters, paintIndex),
    app.paintLayer("top", paintTowns, paintPlace, paintChosen),
  ];
  const [base, clusters, top] = layers;

  // --- what is under a point -----------------------------------------------------------------------------------------

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

  /** Draws attention to a cluster of either system, or to none. */
  app.point = (cluster) => {
    if (pointed === cluster) return;
    pointed = cluster;
    top.redraw();
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

  // --- the view ------------------------------------------------------------------------------------------------------

  /** Moves the map so that a cluster of either system fills it. */
  app.zoomTo = (cluster) => {
    const move = { animate: !app.prefersStill, maxZoom: 11, padding: [30, 30] };
    if (cluster.shape()) map.fitBounds(app.boxBounds(cluster.shape().box), move);
    else map.setView([cluster.latitude, cluster.longitude], 8, move);
  };

  /** The same, and brings the map before the reader: on a phone it lies above. */
  app.showOnMap = (cluster) => {
    app.zoomTo(cluster);
    app.byId("map-area").scrollIntoView({ block: "nearest", behavior: app.prefersStill ? "auto" : "smooth" });
  };

  app.zoomToPlace = (place) => map.setView([place.latitude, place.longitude], 10, { animate: !app.prefersStill });

  // The address follows the map and the map the address, never both at once.
  let isFollowing = false;
  const follow = (move) => {
    if (isFollowing) return;
    isFollowing = true;
    move();
    isFollowing = false;
  };

  const showView = () =>
    follow(() => {
      const [zoom, latitude, longitude] = state.view.split("/").map(Number);
      if (zoom && Number.isFinite(latitude) && Number.isFinite(longitude))
        map.setView([latitude, longitude], zoom, { animate: false });
      else map.fitBounds(UK, { animate: false });
    });

  map.on("moveend", () =>
    follow(() => {
      const { lat, lng } = map.getCenter();
      app.set({ view: `${map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}` });
    }),
  );

  let online = null;
  const showOnline = () => {
    const { baseMap } = app.data;
    const isOn = Boolean(baseMap) && is("online");
    if (isOn && !online) online = L.tileLayer(baseMap.tiles, { maxZoom: 18 }).addTo(map);
    if (!isOn && online) {
      online.remove();
      online = null;
    }
    const boundaries = app.data.boundaries().length ? " Boundaries: ONS, OGL; OS data © Crown copyright." : "";
    app.fill(
      app.byId("attribution"),
      `Map: Leaflet. Coast: GSHHG.${boundaries}${isOn ? ` ${baseMap.attribution}` : ""}`,
    );
  };

  app.onChange(["view"], showView);
  app.onChange(["layers"], () => {
    base.redraw();
    showOnline();
  });
  app.onChange([...app.FILTER_KEYS, "colour", "draw", "layers", "category", "cluster", "compare"], () =>
    clusters.redraw(),
  );
  app.onChange([...app.FILTER_KEYS, "cluster", "index", "category", "compare", "layers", "place", "tab"], () =>
    top.redraw(),
  );
  app.addLayers = () => layers.forEach((layer) => layer.addTo(map));
  app.map = map;
})();

// What is drawn on the map: coast, areas, clusters of both systems, towns, and what the reader has chosen.
"use strict";

(() => {
  const { state } = app;
  const TOWN_POPULATIONS = [
    [6, 250000],
    [7, 180000],
    [8, 90000],
    [9, 40000],
  ]; // below that zoom, towns from that size
  const LARGE_TOWN = 400000;
  const RADIUS = 3.2;
  const BEHIND = 0.4; // how much is left of the others beside chosen clusters
  const LARGEST_FILL = 0.4; // of the view's shorter side
  const SUREST = 0.9; // share of draws from which an outline is dotted
  const SMALLEST_OUTLINE = 3; // pixels: a smaller outline says no more than the centre

  const is = (layer) => state.layers.includes(layer);

  const coast = Object.fromEntries(
    Object.entries(window.COAST_DATA).map(([kind, paths]) => [kind, paths.map((path) => app.shape([path]))]),
  );

  const traceAll = (context, view, shapes, closed) => {
    context.beginPath();
    for (const shape of shapes) if (app.isInView(view, shape.box)) app.trace(context, view, shape, closed);
  };

  const paintBase = (context, view) => {
    if (is("online") && app.data.baseMap) return;
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

  /** Where a town's name may stand: right of it, left of it, above, below. */
  const beside = (x, y, width, gap) =>
    [
      [x + gap, y],
      [x - gap - width, y],
      [x - width / 2, y - gap - 7],
      [x - width / 2, y + gap + 7],
    ].map(([left, middle]) => ({ left, middle, box: [left - 2, middle - 8, left + width + 2, middle + 8] }));

  /** The towns whose names are on the map. */
  app.labelled = [];

  const paintTowns = (context, view) => {
    app.labelled = [];
    const ranks = paintRanks(context, view);
    const taken = [...ranks];
    if (!is("towns")) return;
    const least = (TOWN_POPULATIONS.find(([zoom]) => view.zoom < zoom) || [0, 0])[1];
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const towns = app.data.places
      .filter((town) => town.population >= least) // largest first
      .map((town) => ({ town, at: app.screen(view, app.worldPoint(town.latitude, town.longitude)) }))
      .filter(({ at: [x, y] }) => x >= 0 && y >= 0 && x <= view.width && y <= view.height)
      .map(({ town, at: [x, y] }) => ({ town, x, y, dot: [x - 3, y - 3, x + 3, y + 3] }));
    for (const { town, x, y, dot } of towns) {
      const isLarge = town.population > LARGE_TOWN;
      context.font = `${isLarge ? "600 13px" : "500 12px"} system-ui, sans-serif`;
      const width = context.measureText(town.name).width;
      // Beside the rank of a cluster whose centre is the town's own, where that would cover it.
      const isCovered = ranks.some((other) => overlap(dot, other));
      if (!isCovered && taken.some((other) => overlap(dot, other))) continue;
      const free = beside(x, y, width, isCovered ? BADGE + 6 : 6).filter(
        ({ box }) => !taken.some((other) => overlap(box, other)),
      );
      // Rather where it covers no other town.
      const label = free.find(({ box }) => !towns.some((other) => other.town !== town && overlap(box, other.dot))) || free[0];
      if (!label) continue;
      taken.push(label.box, dot);
      app.labelled.push(town.name);
      context.strokeStyle = "rgba(255, 255, 255, 0.9)";
      context.lineWidth = 3;
      context.strokeText(town.name, label.left, label.middle);
      context.fillStyle = "#26313a";
      context.fillText(town.name, label.left, label.middle);
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

  const paintChosen = (context, view) => {
    const chosen = [
      ...state.compare.map((id) => app.data.cluster(state.profile, id)),
      app.data.cluster(state.profile, state.cluster),
      state.index && app.data.indexCluster(state.category, state.index),
      app.pointed,
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

  /** Of the chosen cluster, where its sure members are. */
  const paintSure = (context, view) => {
    const cluster = app.data.cluster(state.profile, state.cluster);
    if (!cluster) return;
    for (const { share, shape } of app.data.stableOutlines(cluster)) {
      context.beginPath();
      app.trace(context, view, shape());
      context.setLineDash([]);
      context.lineWidth = 4;
      context.strokeStyle = "rgba(255, 255, 255, 0.85)";
      context.stroke();
      context.setLineDash(share >= SUREST ? [2, 4] : [9, 5]);
      context.lineWidth = 2;
      context.strokeStyle = "#a1123a";
      context.stroke();
    }
    context.setLineDash([]);
  };

  /** A cluster of either system that the pointer or the keyboard is on, or null. */
  app.pointed = null;

  /** What is drawn on each of the map's canvases, the lowest first. */
  app.painters = {
    base: [paintBase, paintAreas],
    clusters: [paintClusters, paintIndex],
    top: [paintTowns, paintPlace, paintChosen, paintSure],
  };
})();

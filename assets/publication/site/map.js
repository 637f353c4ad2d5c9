// The map: its canvases, where it looks, and the address that follows it.
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

  const layers = Object.fromEntries(
    Object.entries(app.painters).map(([pane, painters]) => [pane, app.paintLayer(pane, ...painters)]),
  );

  app.map = map;
  app.addLayers = () => Object.values(layers).forEach((layer) => layer.addTo(map));

  /** Draws attention to a cluster of either system, or to none. */
  app.point = (cluster) => {
    if (app.pointed === cluster) return;
    app.pointed = cluster;
    layers.top.redraw();
  };

  // While it zooms, Leaflet passes over a new aim: the last one is taken up once the map stands.
  let isZooming = false;
  let waiting = null;
  map.on("zoomstart", () => {
    isZooming = true;
  });
  map.on("zoomend", () => {
    isZooming = false;
    if (waiting) setTimeout(waiting);
    waiting = null;
  });
  const aim = (move) => {
    if (isZooming) waiting = move;
    else move();
  };

  /** Moves the map so that a cluster of either system fills it. */
  app.zoomTo = (cluster) => {
    const move = { animate: !app.prefersStill, maxZoom: 11, padding: [30, 30] };
    aim(() => {
      if (cluster.shape()) map.fitBounds(app.boxBounds(cluster.shape().box), move);
      else map.setView([cluster.latitude, cluster.longitude], 8, move);
    });
  };

  /** The same, and brings the map before the reader: on a phone it lies above. */
  app.showOnMap = (cluster) => {
    app.zoomTo(cluster);
    app.byId("map-area").scrollIntoView({ block: "nearest", behavior: app.prefersStill ? "auto" : "smooth" });
  };

  /** Moves the map to the clusters shown, all of them: they are what a filter has left. */
  app.zoomToShown = () => {
    const shown = app.shown().filter((cluster) => cluster.latitude !== null);
    if (!shown.length) return;
    const centres = L.latLngBounds(shown.map(({ latitude, longitude }) => [latitude, longitude]));
    aim(() => map.fitBounds(centres, { animate: !app.prefersStill, maxZoom: 10, padding: [40, 40] }));
  };

  app.zoomToPlace = (place) =>
    aim(() => map.setView([place.latitude, place.longitude], 10, { animate: !app.prefersStill }));

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
    const isOn = Boolean(baseMap) && state.layers.includes("online");
    if (isOn && !online) online = L.tileLayer(baseMap.tiles, { maxZoom: 18 }).addTo(map);
    if (!isOn && online) {
      online.remove();
      online = null;
    }
    const data = app.data.sources.length ? " Sources and attributions" : "";
    app.fill(
      document.querySelector("#attribution summary"),
      `Map: Leaflet. Coast: GSHHG.${isOn ? ` ${baseMap.attribution}` : ""}${data}`,
    );
  };

  app.fill(
    document.querySelector("#attribution ul"),
    app.data.attributions.map(([words, sources]) => app.element("li", {}, `${words} (${sources.join("; ")})`)),
    app.data.sources
      .filter((source) => !source.attribution)
      .map((source) => app.element("li", {}, `${source.title}, ${source.dated}`)),
  );

  app.onChange(["view"], showView);
  app.onChange(["layers"], () => {
    layers.base.redraw();
    showOnline();
  });
  app.onChange([...app.FILTER_KEYS, "colour", "draw", "layers", "category", "cluster", "compare"], () =>
    layers.clusters.redraw(),
  );
  app.onChange([...app.FILTER_KEYS, "cluster", "index", "category", "compare", "layers", "place", "tab"], () =>
    layers.top.redraw(),
  );
})();

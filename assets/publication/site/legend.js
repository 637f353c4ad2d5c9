// What lies on the map besides the map: the choice of layers, and the legend.
"use strict";

(() => {
  const { state } = app;

  const LAYERS = [
    ["map", "Innovation clusters", () => true],
    ["index", "Clusters of the Index", () => app.categories.length > 0],
    ["towns", "Towns", () => true],
    ["regions", "Regions", () => app.data.boundaries().some((area) => area.layer === "region")],
    ["districts", "Local authorities", () => app.data.boundaries().some((area) => area.layer === "local_authority")],
    ["online", "Online base map", () => Boolean(app.data.baseMap)],
  ];

  const choose = (layer, on) =>
    app.set({
      layers: LAYERS.map(([name]) => name).filter((name) => (name === layer ? on : state.layers.includes(name))),
    });

  const boxes = LAYERS.filter(([, , isThere]) => isThere()).map(([layer, words]) => {
    const box = app.element("input", {
      type: "checkbox",
      id: `layer-${layer}`,
      onchange: () => choose(layer, box.checked),
    });
    return [layer, box, words];
  });
  app.fill(
    app.byId("layer-choices"),
    boxes.map(([, box, words]) => app.element("label", { class: "choice" }, box, words)),
  );
  app.onChange(["layers"], () =>
    boxes.forEach(([layer, box]) => {
      box.checked = state.layers.includes(layer);
    }),
  );

  const swatch = (colour) => {
    const made = app.element("span", { class: "swatch" });
    made.style.background = colour;
    return made;
  };

  const line = ({ colour, words, type }) =>
    app.element("li", {}, type ? app.mark(type, colour) : swatch(colour), words);

  app.onChange(["colour", "profile", "layers", "category"], () => {
    const title = state.colour in app.FIGURES ? app.FIGURES[state.colour] : "Type of cluster";
    app.fill(
      app.byId("legend-body"),
      state.layers.includes("map") && [
        app.element("h2", {}, title),
        app.element("ul", {}, app.colours().classes.map(line)),
      ],
      state.layers.includes("index") && [
        app.element("h2", {}, `The Index: ${state.category}`),
        app.element("ul", {}, line({ colour: app.INDEX_COLOUR, words: "the darker, the larger its share" })),
      ],
    );
  });

  if (window.matchMedia("(max-width: 800px)").matches) app.byId("legend").open = false;
})();

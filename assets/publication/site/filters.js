// The filters, and what the clusters are coloured by.
"use strict";

(() => {
  const { state } = app;

  const option = (value, words) => app.element("option", { value }, words);
  const options = (any, values, words = (value) => value) => [
    any && option("", any),
    values.map((value) => option(value, words(value))),
  ];

  const field = (id, words, control) =>
    app.element("div", { class: "field" }, app.element("label", { for: id }, words), control);
  // These say where or of what the clusters are that a reader looks for: the map goes there.
  const LEAD_THE_MAP = ["scheme", "sector", "region"];
  const choose = (key, value) => {
    const isOfScheme = key !== "scheme" || app.sectors(value).includes(state.sector);
    app.set(isOfScheme ? { [key]: value } : { [key]: value, sector: "" });
    if (LEAD_THE_MAP.includes(key)) app.zoomToShown();
  };
  const selection = (key, ...children) =>
    app.element("select", { id: `f-${key}`, onchange: (event) => choose(key, event.target.value) }, children);
  const amount = (key, props) =>
    app.element("input", {
      id: `f-${key}`,
      type: "number",
      inputmode: "numeric",
      ...props,
      onchange: (event) => app.set({ [key]: Math.max(Number(props.min), Number(event.target.value) || 0) }),
    });

  const types = app.TYPES.map((type) => {
    const box = app.element("input", {
      type: "checkbox",
      id: `f-type-${type}`,
      onchange: () => app.set({ types: app.TYPES.filter((name, k) => types[k].box.checked) }),
    });
    const count = app.element("span", { class: "count" });
    return {
      type,
      box,
      count,
      label: app.element(
        "label",
        { class: "choice", title: app.TYPE_TEXTS[type] },
        box,
        app.mark(type, app.typeColour(type)),
        type,
        count,
      ),
    };
  });

  const scheme = selection(
    "scheme",
    options("Any", app.schemes, (value) => app.SCHEMES[value] || value),
  );
  const sector = selection("sector");
  const region = selection("region", options("Anywhere", app.regions));
  const firms = amount("firms", { min: app.data.minFirms, step: 5 });
  const share = amount("share", { min: 0, max: 100, step: 1 });
  const active = app.element("input", {
    type: "checkbox",
    id: "f-active",
    onchange: () => app.set({ active: active.checked }),
  });
  const colour = selection(
    "colour",
    option("type", "Type"),
    Object.entries(app.FIGURES).map(([key, words]) => option(key, words)),
  );
  const draw = selection(
    "draw",
    option("both", "Outlines and centres"),
    option("outlines", "Outlines"),
    option("centres", "Centres"),
  );
  const profile = selection("profile", options(null, app.data.profiles));
  const profileText = app.element("p", { class: "hint" });

  app.onChange(["scheme"], () => app.fill(sector, options("All sectors", app.sectors(state.scheme))));
  app.onChange([...app.FILTER_KEYS, "colour", "draw"], () => {
    for (const [control, key] of [
      [scheme, "scheme"],
      [sector, "sector"],
      [region, "region"],
      [firms, "firms"],
      [share, "share"],
      [colour, "colour"],
      [draw, "draw"],
      [profile, "profile"],
    ])
      control.value = state[key];
    active.checked = state.active;
    for (const { type, box } of types) box.checked = state.types.includes(type);
  });
  app.onChange(["profile"], () => {
    profileText.textContent = app.data.profileTexts[state.profile] || "";
    const clusters = app.data.clusters(state.profile);
    for (const { type, count } of types)
      count.textContent = app.figure(clusters.filter((cluster) => cluster.cluster_type === type).length, "count");
  });

  const filters = app.element(
    "details",
    { id: "filters", class: "card", open: !window.matchMedia("(max-width: 800px)").matches },
    app.element("summary", {}, "Filter and colour"),
    field("f-profile", "Method", profile),
    profileText,
    app.element(
      "fieldset",
      {},
      app.element("legend", {}, "Type"),
      app.element(
        "div",
        { class: "types" },
        types.map(({ label }) => label),
      ),
    ),
    app.element(
      "div",
      { class: "fields" },
      field("f-sector", "Sector", sector),
      field("f-scheme", "Scheme of sectors", scheme),
      field("f-region", "Region", region),
      field("f-firms", "Firms, at least", firms),
      field("f-share", "% of the sector, at least", share),
      field("f-colour", "Colour by", colour),
      field("f-draw", "Draw", draw),
      app.element("label", { class: "choice" }, active, "RD&I-active only"),
    ),
    app.element(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: () => {
          const hasLed = LEAD_THE_MAP.some((key) => state[key]);
          app.resetFilters();
          if (hasLed) app.zoomToShown();
        },
      },
      "Reset the filters",
    ),
  );

  app.byId("tab-clusters").append(filters);
})();

// The filters, and the clusters shown as a table that sorts: what the map shows, for those who do not see it.
"use strict";

(() => {
  const { state } = app;
  const PAGE = 50; // rows added at a time
  const COMPARED = 4;

  // --- filters -------------------------------------------------------------------------------------------------------

  const option = (value, words) => app.element("option", { value }, words);
  const options = (any, values, words = (value) => value) => [
    any && option("", any),
    values.map((value) => option(value, words(value))),
  ];

  const field = (id, words, control) =>
    app.element("div", { class: "field" }, app.element("label", { for: id }, words), control);
  const selection = (key, ...children) =>
    app.element("select", { id: `f-${key}`, onchange: (event) => app.set({ [key]: event.target.value }) }, children);
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
    Object.entries(app.FIGURES).map(([key, [words]]) => option(key, words)),
  );
  const draw = selection(
    "draw",
    option("both", "Outlines and centres"),
    option("outlines", "Outlines"),
    option("centres", "Centres"),
  );
  const profile = selection("profile", options(null, app.data.profiles));
  const profileText = app.element("p", { class: "hint" });

  scheme.addEventListener("change", () => {
    if (!app.sectors(state.scheme).includes(state.sector)) app.set({ sector: "" });
  });

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
    app.element("button", { type: "button", class: "quiet", onclick: app.resetFilters }, "Reset the filters"),
  );

  // --- the table -----------------------------------------------------------------------------------------------------

  const COLUMNS = [
    { key: "name", words: "Cluster" },
    { key: "cluster_type", words: "Type" },
    { key: "firms", words: "Firms", format: "count" },
    { key: "rdi_active_share", words: "RD&I", title: "Share of firms that are RD&I-active", format: "share" },
  ];
  let most = PAGE;

  const chosenColumn = () =>
    COLUMNS.some(({ key }) => key === state.colour) || !(state.colour in app.FIGURES)
      ? null
      : { key: state.colour, words: app.FIGURES[state.colour][0], format: app.FIGURES[state.colour][1] };
  const columns = () => [...COLUMNS, chosenColumn()].filter(Boolean);

  const sorted = () => {
    const down = state.sort.startsWith("-");
    const key = state.sort.replace(/^-/, "");
    const isMissing = (cluster) => cluster[key] === null || cluster[key] === undefined;
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en-GB") : a - b);
    return [...app.shown()].sort(
      (a, b) =>
        isMissing(a) - isMissing(b) ||
        (isMissing(a) ? 0 : (down ? -1 : 1) * compare(a[key], b[key])) ||
        compare(a.name, b.name) ||
        compare(a.cluster_id, b.cluster_id),
    );
  };

  const header = ({ key, words, title, format }) => {
    const by = state.sort.replace(/^-/, "") === key;
    const down = state.sort.startsWith("-");
    const next = by ? `${down ? "" : "-"}${key}` : `${format ? "-" : ""}${key}`;
    return app.element(
      "th",
      { scope: "col", class: format && "number", "aria-sort": by ? (down ? "descending" : "ascending") : "none" },
      app.element(
        "button",
        {
          type: "button",
          title,
          "data-sort": key,
          onclick: () => {
            app.set({ sort: next });
            table.querySelector(`[data-sort="${key}"]`)?.focus();
          },
        },
        words,
        app.element("span", { class: "arrow", "aria-hidden": "true" }, by ? (down ? " ▼" : " ▲") : ""),
      ),
    );
  };

  /** The name of a cluster as a button that opens it, and points at it on the map. */
  app.clusterButton = (cluster, extra = null) =>
    app.element(
      "button",
      {
        type: "button",
        class: "name",
        "data-cluster": cluster.cluster_id,
        onclick: () => {
          app.set({ cluster: cluster.cluster_id, index: "" });
          app.showDetail();
        },
        onmouseenter: () => app.point(cluster),
        onmouseleave: () => app.point(null),
        onfocus: () => app.point(cluster),
        onblur: () => app.point(null),
      },
      app.named(cluster.name),
      extra,
    );

  /** Puts a cluster among those to compare, or takes it out. */
  app.compareToggle = (cluster) => {
    const { compare } = state;
    if (compare.includes(cluster.cluster_id)) app.set({ compare: compare.filter((id) => id !== cluster.cluster_id) });
    else if (compare.length < COMPARED) app.set({ compare: [...compare, cluster.cluster_id] });
    else app.announce(`No more than ${COMPARED} clusters are compared. Take one out first.`);
  };

  const compareBox = (cluster) => {
    const box = app.element("input", {
      type: "checkbox",
      "aria-label": `Compare ${cluster.name}`,
      checked: state.compare.includes(cluster.cluster_id),
      "data-compare": cluster.cluster_id,
      onchange: () => {
        app.compareToggle(cluster);
        box.checked = state.compare.includes(cluster.cluster_id);
      },
    });
    return box;
  };

  const cell = (cluster, { key, format }) => {
    if (key === "name")
      return app.element(
        "th",
        { scope: "row" },
        app.clusterButton(cluster),
        app.element("span", { class: "sub" }, cluster.sector || "Community of collaborators"),
      );
    if (key === "cluster_type")
      return app.element(
        "td",
        {},
        app.element(
          "span",
          { class: "typed" },
          app.mark(cluster.cluster_type, app.typeColour(cluster.cluster_type)),
          cluster.cluster_type,
        ),
      );
    return app.element("td", { class: "number" }, app.figure(cluster[key], format, cluster[`${key}_status`]));
  };

  const table = app.element("table", { class: "clusters" });
  const more = app.element("button", {
    type: "button",
    class: "quiet",
    onclick: () => {
      most += PAGE;
      showTable();
    },
  });
  const count = app.element("p", { id: "count", role: "status", "aria-live": "polite" });

  const showTable = () => {
    const rows = sorted();
    app.fill(
      table,
      app.element("caption", { class: "hidden" }, "Clusters shown on the map"),
      app.element(
        "thead",
        {},
        app.element(
          "tr",
          {},
          columns().map(header),
          app.element("th", { scope: "col" }, app.element("span", { class: "hidden" }, "Compare")),
        ),
      ),
      app.element(
        "tbody",
        {},
        rows.slice(0, most).map((cluster) =>
          app.element(
            "tr",
            {},
            columns().map((column) => cell(cluster, column)),
            app.element("td", {}, compareBox(cluster)),
          ),
        ),
      ),
    );
    more.hidden = rows.length <= most;
    more.textContent = `Show ${Math.min(PAGE, rows.length - most)} more of ${app.figure(rows.length, "count")}`;
  };

  app.onChange([...app.FILTER_KEYS, "sort", "colour"], () => {
    most = PAGE;
    showTable();
  });
  app.onChange(["compare"], () => {
    for (const box of table.querySelectorAll("[data-compare]"))
      box.checked = state.compare.includes(box.dataset.compare);
  });
  app.onChange(app.FILTER_KEYS, () => {
    count.textContent = `${app.figure(app.shown().length, "count")} of ${app.plural(app.data.clusters(state.profile).length, "cluster")} shown`;
  });

  app.fill(app.byId("tab-clusters"), filters, count, app.element("div", { class: "wide" }, table), more);
})();

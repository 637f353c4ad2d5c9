// The Index: its tables, and what is told of one of its clusters.
"use strict";

(() => {
  const { state } = app;
  const TOP = 10; // rows of the published tables
  const KINDS = [
    ["Businesses", "businesses"],
    ["Events", "events"],
    ["Papers", "papers"],
  ];

  const open = (category, id) => {
    app.set({ category, index: id, cluster: "", here: "" });
    app.showDetail();
    const cluster = app.data.indexCluster(category, id);
    if (cluster) app.zoomTo(cluster);
  };

  /** A cluster of the Index as a button that opens it. */
  app.indexButton = (category, id, name) => {
    const cluster = app.data.indexCluster(category, id) || null;
    return app.element(
      "button",
      {
        type: "button",
        class: "name",
        "data-index": id,
        onclick: () => open(category, id),
        onmouseenter: () => state.category === category && app.point(cluster),
        onmouseleave: () => app.point(null),
        onfocus: () => state.category === category && app.point(cluster),
        onblur: () => app.point(null),
      },
      app.named(name),
    );
  };

  const places = (change) => {
    if (change === null || change === undefined)
      return app.element("span", { class: "same", title: "not there before" }, "–");
    if (!change) return app.element("span", { class: "same" }, "=");
    const words = `${app.plural(Math.abs(change), "place")} ${change > 0 ? "up" : "down"}`;
    return app.element(
      "span",
      { class: change > 0 ? "up" : "down", title: words },
      app.element("span", { "aria-hidden": "true" }, `${change > 0 ? "▲" : "▼"} ${Math.abs(change)}`),
      app.element("span", { class: "hidden" }, words),
    );
  };

  const points = (change) =>
    change === null || change === undefined
      ? "–"
      : `${change > 0 ? "+" : change < 0 ? "−" : ""}${Math.abs(change).toFixed(2)} points`;

  const rankingTable = () => {
    const rows = app.data.rankings().get(state.category) || [];
    const heading = (words, type, title) => app.element("th", { scope: "col", class: type, title }, words);
    return app.element(
      "table",
      { class: "ranking" },
      app.element("caption", { class: "hidden" }, `${state.category}: clusters by share of the category’s items`),
      app.element(
        "thead",
        {},
        app.element(
          "tr",
          {},
          heading("Rank", "number"),
          heading("Cluster"),
          heading("Share", "number"),
          heading("Month", "", "Places gained since the month before"),
          heading("Year", "", "Places gained in twelve months"),
        ),
      ),
      app.element(
        "tbody",
        {},
        rows.slice(0, state.every ? rows.length : TOP).map((row) => {
          const change = app.data.rankChange(row.category, row.cluster_id) || {};
          return app.element(
            "tr",
            {},
            app.element("td", { class: "number rank" }, String(row.rank)),
            app.element(
              "th",
              { scope: "row" },
              app.indexButton(row.category, row.cluster_id, row.name),
              app.element("span", { class: "sub" }, row.regions),
            ),
            app.element("td", { class: "number" }, app.figure(row.percentage, "percent")),
            app.element("td", {}, places(change.rank_change_month)),
            app.element("td", {}, places(change.rank_change_year)),
          );
        }),
      ),
    );
  };

  const choices = app.categories.map((category) =>
    app.element(
      "button",
      { type: "button", "data-category": category, onclick: () => app.set({ category, index: "" }) },
      category,
    ),
  );
  const body = app.element("div", { class: "wide" });
  const every = app.element("button", {
    type: "button",
    class: "quiet",
    onclick: () => app.set({ every: !state.every }),
  });

  app.fill(
    app.byId("tab-index"),
    app.element(
      "p",
      { class: "hint" },
      "Where the businesses, events and papers of five fields gather. A cluster’s share is its items in all items of the field.",
    ),
    app.categories.length
      ? [app.element("div", { class: "choices", role: "group", "aria-label": "Field" }, choices), body, every]
      : app.element("p", {}, "The Index was not made this month."),
  );

  app.onChange(["category", "every"], () => {
    for (const choice of choices)
      choice.setAttribute("aria-pressed", String(choice.dataset.category === state.category));
    app.fill(body, rankingTable());
    every.textContent = state.every ? "Show the ten largest" : "Show all";
    every.hidden = (app.data.rankings().get(state.category) || []).length <= TOP;
  });

  /** What is told of a cluster of the Index. */
  app.indexDetail = (cluster) => {
    const change = app.data.rankChange(cluster.category, cluster.cluster_id) || {};
    const history = app.data.history(cluster.category, cluster.cluster_id);
    const pair = (words, value) => app.element("div", {}, app.element("dt", {}, words), app.element("dd", {}, value));
    return [
      app.element("p", { class: "kicker" }, `The Index · ${cluster.category}`),
      app.element("h2", { id: "detail-title", tabindex: "-1" }, app.named(cluster.name)),
      app.element("p", { class: "lead" }, cluster.regions),
      app.element(
        "p",
        { class: "buttons" },
        app.element("button", { type: "button", onclick: () => app.showOnMap(cluster) }, "Zoom to it"),
      ),
      app.element(
        "dl",
        { class: "figures" },
        pair("Rank", change.rank ? String(change.rank) : "x"),
        pair("Share of all items", app.figure(cluster.percentage, "percent")),
        pair("Items", app.figure(cluster.items, "count")),
        pair("Distinct places", app.figure(cluster.places, "count")),
      ),
      app.element(
        "section",
        {},
        app.element("h3", {}, "What its items are"),
        app.bars(
          KINDS.map(([words, key]) => [
            words,
            cluster[key] / cluster.items,
            `${app.figure(cluster[key], "count")} (${app.figure(cluster[key] / cluster.items, "share")})`,
          ]),
        ),
      ),
      app.element(
        "section",
        {},
        app.element("h3", {}, "Change"),
        app.element(
          "dl",
          { class: "figures" },
          pair("Rank since last month", places(change.rank_change_month)),
          pair("Share since last month", points(change.percentage_change_month)),
          pair("Rank in twelve months", places(change.rank_change_year)),
          pair("Share in twelve months", points(change.percentage_change_year)),
        ),
      ),
      history &&
        app.element(
          "section",
          {},
          app.element("h3", {}, "History"),
          app.element(
            "p",
            {},
            `In the Index since ${app.monthInWords(history.first_month)} (${app.plural(history.months, "month")}); best rank ${history.best_rank}.`,
            history.former_name && [" Until last month it was called ", app.named(history.former_name), "."],
            history.moved_km !== null && history.moved_km !== undefined
              ? ` Its centre moved ${app.figure(history.moved_km, "km")} since the month before.`
              : "",
          ),
        ),
      app.element(
        "section",
        {},
        app.element("h3", {}, "How sure is this?"),
        app.element(
          "p",
          { class: "hint" },
          "The Index gives every item of a field to the nearest of a given number of centres. Its clusters divide the country; they are not tested against chance. Small differences of rank mean little.",
        ),
      ),
    ];
  };
})();

// The time line of what the filters choose, a sector or a region, or of all clusters; and of a sector whether it is
// localised, and how far methods agree on it.
"use strict";

(() => {
  const { state } = app;
  const body = app.element("div");
  const title = app.element("summary");
  const card = app.element("details", { id: "time-line", class: "card" }, title, body);

  const chosen = () => {
    const schemes = state.scheme ? [state.scheme] : app.schemes;
    if (state.sector) {
      const scheme = schemes.find((name) => app.data.timeline(state.profile, "sector", `${name}: ${state.sector}`).length);
      return scheme && { dimension: "sector", member: `${scheme}: ${state.sector}`, words: state.sector, scheme };
    }
    if (state.region) return { dimension: "main_region", member: state.region, words: state.region };
    return { dimension: "all", member: "all", words: "all clusters" };
  };

  const km = (value) => app.figure(value, "km");
  const VERDICTS = {
    localised: (row) =>
      `Localised: its sites are nearer one another than chance allows, from ${km(row.first_km)} to ${km(row.last_km)} apart, most at ${km(row.strongest_km)}.`,
    dispersed: (row) =>
      `Dispersed: its sites keep away from one another more than chance allows, from ${km(row.first_km)} to ${km(row.last_km)} apart.`,
    neither: () => "Neither localised nor dispersed: the distances between its sites are those of any sites.",
  };
  const localised = ({ scheme, words }) => {
    const row = scheme && app.data.localisation(state.profile, scheme, words);
    return (
      row &&
      app.element(
        "p",
        { class: "localised" },
        VERDICTS[row.verdict](row),
        app.element(
          "span",
          { class: "sub" },
          `${app.figure(row.sites, "count")} sites against ${app.figure(row.draws, "count")} draws from the sites of all sectors (Duranton and Overman).`,
        ),
      )
    );
  };

  const METHODS = {
    hdbscan: "HDBSCAN",
    dbscan: "DBSCAN",
    scan: "our scan",
    circles: "circular scan",
    districts: "districts’ quotients",
  };
  const agreed = ({ scheme, words }) => {
    const rows = scheme ? app.data.methodAgreement(state.profile, scheme, words) : [];
    if (!rows.length) return null;
    const groups = new Map();
    const figures = new Map();
    for (const row of rows) {
      groups.set(row.method, row.groups).set(row.other_method, row.other_groups);
      for (const pair of [`${row.method} ${row.other_method}`, `${row.other_method} ${row.method}`])
        figures.set(pair, row.adjusted_mutual_information);
    }
    const names = Object.keys(METHODS).filter((name) => groups.has(name));
    const cell = (one, other) => {
      const figure = figures.get(`${one} ${other}`) ?? null;
      return app.element("td", { class: "number" }, one === other ? "" : figure === null ? "–" : figure.toFixed(2));
    };
    const heading = (text, scope) => app.element("th", { scope }, text);
    return app.element(
      "details",
      { class: "agreement" },
      app.element("summary", {}, "Do other methods find the same groups?"),
      app.element(
        "div",
        { class: "wide", tabindex: "0", role: "region", "aria-label": `How far methods agree on ${words}` },
        app.element(
          "table",
          {},
          app.element(
            "thead",
            {},
            app.element("tr", {}, heading("Method", "col"), heading("Groups", "col"), names.map((name) => heading(METHODS[name], "col"))),
          ),
          app.element(
            "tbody",
            {},
            names.map((one) =>
              app.element(
                "tr",
                {},
                heading(METHODS[one], "row"),
                app.element("td", { class: "number" }, app.figure(groups.get(one), "count")),
                names.map((other) => cell(one, other)),
              ),
            ),
          ),
        ),
      ),
      app.element(
        "p",
        { class: "hint" },
        "Adjusted mutual information on the same sites: 1 for the same groups, 0 for what chance would give, – where a method finds none. What one method alone finds is that method’s word.",
      ),
    );
  };

  const show = () => {
    const found = chosen();
    const drawn = found && card.open && app.countsTimeline(state.profile, found.dimension, found.member, `Clusters and firms by month: ${found.words}`);
    const isThere = found && app.data.timeline(state.profile, found.dimension, found.member).length > 0;
    card.hidden = !isThere;
    if (!isThere) return;
    app.fill(title, "Time line of ", app.named(found.words));
    if (!card.open) return;
    app.fill(
      body,
      localised(found),
      agreed(found),
      drawn,
      app.element("p", { class: "hint" }, "+ new, − ended, ✱ both, since the month before. A firm in two clusters counts twice. Filters beside sector and region do not count here."),
    );
  };

  card.addEventListener("toggle", show);
  app.onChange(["profile", "scheme", "sector", "region"], show);
  app.byId("count").before(card);
})();

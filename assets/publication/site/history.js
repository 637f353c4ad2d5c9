// The time line of what the filters choose, a sector or a region, or of all clusters; and whether a sector is localised.
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
      drawn,
      app.element("p", { class: "hint" }, "+ new, − ended, ✱ both, since the month before. A firm in two clusters counts twice. Filters beside sector and region do not count here."),
    );
  };

  card.addEventListener("toggle", show);
  app.onChange(["profile", "scheme", "sector", "region"], show);
  app.byId("count").before(card);
})();

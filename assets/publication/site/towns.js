// What is in a town: the clusters of both systems there, and what the town has more of than the country.
"use strict";

(() => {
  const { state } = app;
  const LISTED = 40;

  const clustersOf = (town) => {
    const point = app.worldPoint(town.latitude, town.longitude);
    return app.data
      .clusters(state.profile)
      .map((cluster) => ({
        cluster,
        inside: cluster.outlined && app.isInside(cluster.shape(), point),
        km: app.kilometres(town, cluster),
      }))
      .filter(({ cluster, inside, km }) => inside || (cluster.outlined && km <= app.data.nearTownKm))
      .sort((a, b) => b.inside - a.inside || b.cluster.firms - a.cluster.firms);
  };

  const count = (rows, words) =>
    app.element("li", {}, app.element("strong", {}, app.figure(rows.length, "count")), ` ${words}`);

  const townPage = (town) => {
    const found = clustersOf(town);
    const key = app.data.placeKey(town);
    const timeline = app.countsTimeline(state.profile, "town", key, `Clusters that cover ${town.name}, and their firms, by month`);
    const special = app.data.placeSpecialisation(key);
    const index = app.data
      .placeClusters(key)
      .sort((a, b) => app.categories.indexOf(a.category) - app.categories.indexOf(b.category));
    const heading = (words, type) => app.element("th", { scope: "col", class: type }, words);
    return [
      app.element("h2", { id: "town-title", tabindex: "-1" }, "What is in ", app.named(town.name)),
      app.element("p", { class: "lead" }, `${town.region} · ${app.figure(town.population, "count")} people`),
      app.element(
        "section",
        {},
        app.element("h3", {}, "Innovation clusters"),
        app.element(
          "ul",
          { class: "summary" },
          count(
            found.filter(({ inside }) => inside),
            "cover it",
          ),
          count(
            found.filter(({ inside }) => !inside),
            `more have their centre within ${app.data.nearTownKm} km`,
          ),
        ),
        app.element(
          "ul",
          { class: "list" },
          found
            .slice(0, LISTED)
            .map(({ cluster, inside, km }) =>
              app.element(
                "li",
                {},
                app.mark(cluster.cluster_type, app.typeColour(cluster.cluster_type)),
                app.clusterButton(cluster),
                app.element(
                  "span",
                  { class: "sub" },
                  `${cluster.sector || "Community of collaborators"} · ${app.plural(cluster.firms, "firm")}${inside ? "" : ` · centre ${app.figure(km, "km")} away`}`,
                ),
              ),
            ),
        ),
        found.length > LISTED && app.element("p", { class: "hint" }, `and ${found.length - LISTED} smaller ones`),
      ),
      app.element(
        "section",
        {},
        app.element("h3", {}, "The Index"),
        index.length
          ? app.element(
              "ul",
              { class: "list" },
              index.map((row) => {
                const cluster = app.data.indexCluster(row.category, row.cluster_id);
                const change = app.data.rankChange(row.category, row.cluster_id);
                return (
                  cluster &&
                  app.element(
                    "li",
                    {},
                    app.indexButton(row.category, row.cluster_id, cluster.name),
                    app.element(
                      "span",
                      { class: "sub" },
                      `${row.category} · ${change ? `rank ${change.rank}` : ""} · ${row.is_inside_outline ? "inside the outline" : `nearest centre, ${app.figure(row.centre_distance_km, "km")} away`}`,
                    ),
                  )
                );
              }),
            )
          : app.element("p", { class: "hint" }, "The Index has nothing of this town this month."),
      ),
      timeline && app.element("section", {}, app.element("h3", {}, "Time line"), timeline),
      special.length > 0 &&
        app.element(
          "section",
          {},
          app.element("h3", {}, "What it has more of than the country"),
          app.element(
            "div",
            { class: "wide" },
            app.element(
              "table",
              { class: "special" },
              app.element(
                "thead",
                {},
                app.element(
                  "tr",
                  {},
                  heading("Field"),
                  heading("Items", "number"),
                  heading("Quotient (95% interval)", "number"),
                  heading("p-value", "number"),
                ),
              ),
              app.element(
                "tbody",
                {},
                special.map((row) =>
                  app.element(
                    "tr",
                    {},
                    app.element(
                      "th",
                      { scope: "row" },
                      row.category,
                      row.is_specialised ? app.element("span", { class: "badge" }, "specialised") : null,
                    ),
                    app.element("td", { class: "number" }, app.figure(row.items, "count")),
                    app.element(
                      "td",
                      { class: "number" },
                      row.location_quotient === null
                        ? "x"
                        : `${app.figure(row.location_quotient, "quotient")} (${app.figure(row.location_quotient_lower, "quotient")} to ${app.figure(row.location_quotient_upper, "quotient")})`,
                    ),
                    app.element("td", { class: "number" }, app.figure(row.p_value, "probability")),
                  ),
                ),
              ),
            ),
          ),
          app.element(
            "p",
            { class: "hint" },
            "The quotient is the field’s share of the town’s items over its share in the country; specialised where it is above 1 beyond chance, all towns and fields considered.",
          ),
        ),
    ];
  };

  const choice = app.element(
    "select",
    { id: "town", onchange: () => app.openPlace(choice.value) },
    app.element("option", { value: "" }, "Choose a town"),
    [...app.data.places]
      .sort((a, b) => a.name.localeCompare(b.name, "en-GB"))
      .map((town) => app.element("option", { value: app.data.placeKey(town) }, app.data.placeKey(town))),
  );
  const body = app.element("div");
  app.fill(
    app.byId("tab-places"),
    app.element("div", { class: "field" }, app.element("label", { for: "town" }, "Town"), choice),
    body,
  );

  app.onChange(["place", "profile", "tab"], () => {
    if (state.tab !== "places") return;
    const town = app.data.place(state.place);
    choice.value = town ? state.place : "";
    app.fill(
      body,
      town
        ? townPage(town)
        : app.element(
            "p",
            { class: "hint" },
            "Choose a town to see the clusters that cover it, its place in the Index, and what it has more of than the country.",
          ),
    );
  });

  /** Opens a town's page and moves the map there. */
  app.openPlace = (key) => {
    const town = app.data.place(key);
    app.set({ tab: "places", place: key, cluster: "", index: "", here: "" });
    if (town) app.zoomToPlace(town);
  };
})();

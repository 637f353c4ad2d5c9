// The clusters shown as a table that sorts: what the map shows, for those who do not see it.
"use strict";

(() => {
  const { state } = app;
  const PAGE = 50; // rows added at a time
  const COMPARED = 4;

  const COLUMNS = [
    { key: "name", words: "Cluster" },
    { key: "cluster_type", words: "Type" },
    { key: "firms", words: "Firms", isNumber: true },
    { key: "rdi_active_share", words: "RD&I", title: "Share of firms that are RD&I-active", isNumber: true },
  ];
  let most = PAGE;

  const chosenColumn = () =>
    COLUMNS.some(({ key }) => key === state.colour) || !(state.colour in app.FIGURES)
      ? null
      : { key: state.colour, words: app.FIGURES[state.colour], isNumber: true };
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

  const header = ({ key, words, title, isNumber }) => {
    const by = state.sort.replace(/^-/, "") === key;
    const down = state.sort.startsWith("-");
    const next = by ? `${down ? "" : "-"}${key}` : `${isNumber ? "-" : ""}${key}`;
    return app.element(
      "th",
      { scope: "col", class: isNumber && "number", "aria-sort": by ? (down ? "descending" : "ascending") : "none" },
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

  const cell = (cluster, { key }) => {
    if (key === "name")
      return app.element(
        "th",
        { scope: "row" },
        app.clusterButton(cluster),
        app.element(
          "span",
          { class: "sub" },
          cluster.sector || "Community of collaborators",
          cluster.stability?.word === "fragile" && " · fragile",
        ),
      );
    if (key === "cluster_type")
      return app.element(
        "td",
        {},
        app.element(
          "span",
          { class: "typed", title: cluster.cluster_type },
          app.mark(cluster.cluster_type, app.typeColour(cluster.cluster_type)),
          // A further column leaves no room for it: then the mark stands alone, and the words are its title.
          app.element("span", { class: chosenColumn() && "hidden" }, cluster.cluster_type),
        ),
      );
    return app.element("td", { class: "number" }, app.figureOf(cluster, key));
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

  app.byId("tab-clusters").append(count, app.element("div", { class: "wide" }, table), more);
})();

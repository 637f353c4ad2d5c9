// How sure a cluster is and what became of it: its word, margins, audits, and its time line, as parts of what is told
// of it.
"use strict";

(() => {
  const MEASURES = {
    rdi_active_share: "share of firms that are active",
    rdi_active_firms: "active firms",
    rdi_p_value: "p-value of the share",
    colocated_share: "share of located firms near one of them",
    colocated_firms: "firms near one of them",
    location_quotient: "location quotient",
    deciding_q_value: "adjusted p-value of the location quotient",
    joint_projects: "joint projects",
    joint_pairs: "pairs with joint projects",
    collaboration_p_value: "p-value of joint work",
    firms: "firms",
  };
  const CRITERIA = {
    rdi_active: "RD&I-active",
    colocated: "Co-located",
    specialised: "Specialised",
    internally_collaborative: "Internally collaborative",
    min_firms: "Enough firms",
  };
  const AUDITS = [
    ["Firms present by a registered office alone", "registered_office_only_share"],
    ["Firms whose employees or turnover are an estimate", "estimated_figures_share"],
    ["Sites placed by a fallback", "fallback_coordinates_share"],
  ];
  const SIGNS = {
    birth: "●",
    death: "✕",
    merge: "∪",
    split: "∩",
    type_change: "◆",
    rename: "✎",
  };

  const two = (value) => value.toFixed(2);

  /** The word of a cluster's stability as a badge, and a mark where a criterion is near its threshold. */
  app.trustBadges = (cluster) => {
    const near = app.data.margins(cluster).filter((row) => row.is_near);
    return [
      cluster.stability &&
        app.element(
          "span",
          { class: `badge ${cluster.stability.word}`, title: "How much of it is found again in other draws" },
          app.STABILITY[cluster.stability.word],
        ),
      near.length > 0 &&
        app.element("span", { class: "badge near", title: "A criterion is near its threshold" }, "Near a threshold"),
    ];
  };

  /** Sentences on stability, for the list of how sure a cluster is. */
  app.stabilityLines = (cluster) => {
    const row = cluster.stability;
    if (!row) return [];
    const outlines = app.data.stableOutlines(cluster);
    return [
      app.element(
        "li",
        {},
        app.element("strong", {}, `${app.STABILITY[row.word]}: mean match ${two(row.mean_jaccard)}`),
        `. Of ${app.figure(row.draws, "count")} draws of its organisations, the groups found in its place have on average ${app.figure(row.mean_jaccard, "share")} in common with it; in one draw of twenty less than ${app.figure(row.low_jaccard, "share")}.`,
      ),
      row.sweep_mean_jaccard !== null &&
        app.element(
          "li",
          {},
          app.element("strong", {}, `With other parameters: ${two(row.sweep_mean_jaccard)}`),
          ` on average, ${two(row.sweep_least_jaccard)} at the least.`,
        ),
      outlines.length > 0 &&
        app.element(
          "li",
          {},
          `On the map: ${outlines.map(({ share }) => `${share >= 0.9 ? "dots" : "dashes"} around the members that ${app.figure(share, "share").replace(".0%", "%")} of the draws or more have inside`).join("; ")}.`,
        ),
    ];
  };

  const above = (row) => {
    if (row.margin === null) return "not given";
    if (row.margin === 0) return "at its threshold";
    const percent = 100 * Math.abs(row.margin);
    const by = percent < 1 ? percent.toPrecision(1) : Math.round(percent);
    return `${by}% ${row.margin < 0 ? "short of" : "beyond"} its threshold`;
  };

  /** The margins of the criteria; null where none is known. */
  app.marginList = (cluster) => {
    const rows = app.data.margins(cluster);
    if (!rows.length) return null;
    return app.element(
      "ul",
      { class: "margins" },
      rows.map((row) =>
        app.element(
          "li",
          {},
          app.element("strong", {}, CRITERIA[row.criterion] || row.criterion),
          `, ${MEASURES[row.measure] || row.measure.replace(/_/g, " ")}: ${above(row)}`,
          row.is_near === 1 && [
            app.element("span", { class: "badge near" }, "near"),
            row.type_if_flipped && ` On the other side it would be ${row.type_if_flipped}.`,
          ],
        ),
      ),
    );
  };

  /** What a cluster rests on; null where it is not known. */
  app.auditRows = (cluster) => {
    const audit = app.data.audit(cluster);
    return audit && AUDITS.map(([words, key]) => [words, app.figureOf(audit, key)]);
  };

  const because = ({ cause }) => (cause ? ` Cause: ${app.CAUSES[cause] || cause}.` : "");

  /** An event in a sentence, with its cause. */
  app.eventInWords = (event) => `${(app.EVENTS[event.event] || (() => event.event))(event)}.${because(event)}`;

  /** What happened to a cluster in a month, beside that it goes on. */
  app.eventsOf = (cluster, month) =>
    app.data.clusterHistory(cluster).filter((event) => event.at === month && event.event !== "continuation");

  /** The time line of a cluster. */
  app.clusterTimeline = (cluster) => {
    const rows = app.data.clusterMonths(cluster);
    if (!rows.length) return null;
    const months = app.monthsBetween(rows[0].at, rows[rows.length - 1].at);
    const byMonth = new Map(rows.map((row) => [row.at, row]));
    const happened = months.map((month, k) => {
      const told = app
        .eventsOf(cluster, month)
        .map((event) => ({ sign: SIGNS[event.event] || "·", words: app.eventInWords(event) }));
      const type = byMonth.get(month)?.cluster_type;
      const before = k && byMonth.get(months[k - 1])?.cluster_type;
      const isTold = app.eventsOf(cluster, month).some((event) => event.event === "type_change");
      if (type && before && type !== before && !isTold)
        told.push({ sign: SIGNS.type_change, words: `Its type is ${type}; it was ${before}.` });
      return told;
    });
    return [
      app.timeline({
        label: `Firms of the cluster by month`,
        months,
        lines: [{ words: "Firms", colour: app.typeColour(cluster.cluster_type), values: months.map((month) => byMonth.get(month)?.firms ?? null) }],
        happened,
      }),
      app.element(
        "p",
        { class: "hint" },
        "● new, ∪ merged, ∩ split, ◆ type changed, ✎ renamed, ✱ several. Firms are those published of each month; a cause other than the firms says that the source changed and not, or not only, the world.",
      ),
    ];
  };

  /** The time line of what is counted by month: all, a sector, a region or a town; null where there is none. */
  app.countsTimeline = (profile, dimension, member, label) => {
    const rows = app.data.timeline(profile, dimension, member);
    if (!rows.length) return null;
    const months = app.monthsBetween(rows[0].at, rows[rows.length - 1].at);
    const byMonth = new Map(rows.map((row) => [row.at, row]));
    const values = (key) => months.map((month) => byMonth.get(month)?.[key] ?? null);
    return app.timeline({
      label,
      months,
      lines: [
        { words: "Clusters", colour: "#12344d", values: values("clusters") },
        { words: "Firms", colour: "#0b5ea8", values: values("firms") },
      ],
      happened: months.map((month) => {
        const { born, ended } = byMonth.get(month) || {};
        return [
          born > 0 && { sign: "+", words: `${app.plural(born, "cluster")} new.` },
          ended > 0 && { sign: "−", words: `${app.plural(ended, "cluster")} ended.` },
        ].filter(Boolean);
      }),
    });
  };

  /** Every month from one to another, both with it. */
  app.monthsBetween = (first, last) => {
    const months = [];
    let [year, month] = first.split("-").map(Number);
    for (let at = first; at <= last; ) {
      months.push(at);
      month += 1;
      if (month > 12) [year, month] = [year + 1, 1];
      at = `${year}-${String(month).padStart(2, "0")}`;
    }
    return months;
  };
})();

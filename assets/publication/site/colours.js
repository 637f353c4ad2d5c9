// Colours that the colour-blind can tell apart (Okabe and Ito; steps after viridis, its yellow darkened for a pale ground), marks by type, classes of a figure.
"use strict";

(() => {
  const TYPE_COLOURS = {
    Specialised: "#0072b2",
    "R&D Collaborating": "#d55e00",
    Diverse: "#aa4488",
    Dispersed: "#009e73",
  };
  const STEPS = ["#cdb51f", "#6fb353", "#22987f", "#2a6c8e", "#3f3580"];
  const NONE = "#8a8f94";
  app.INDEX_COLOUR = "#5b3a8c";

  /** The figures that clusters can be coloured by. */
  app.FIGURES = {
    firms: "Firms",
    sites: "Sites",
    employees: "Employees",
    turnover_gbp: "Turnover",
    iuk_funding_gbp: "Innovate UK funding",
    ukri_funding_gbp: "Other UKRI funding",
    publications: "Publications",
    rdi_active_share: "RD&I-active firms",
    funded_firms_share: "Firms with public funding",
    sector_sites_share: "Share of the sector’s sites",
    location_quotient: "Location quotient",
    relative_density: "Density over expectation",
    joint_projects: "Joint projects",
    mean_jaccard: "Stability (mean Jaccard match)",
    firms_growth_share: "Growth of firms in a year",
    employees_growth_share: "Growth of employees in a year",
  };

  app.typeColour = (type) => TYPE_COLOURS[type] || NONE;

  /** Upper bounds of the classes of a figure: fifths of the profile's clusters that have it, equal bounds once. */
  const classBounds = (clusters, key) => {
    const values = clusters
      .map((cluster) => cluster[key])
      .filter((value) => value !== null)
      .sort((a, b) => a - b);
    if (!values.length) return [];
    const fifths = STEPS.map(
      (_, k) => values[Math.min(values.length - 1, Math.ceil(((k + 1) * values.length) / STEPS.length) - 1)],
    );
    return [...new Set(fifths)];
  };

  /** How clusters are coloured: `colour(cluster)`, and `classes`: colour and words for the legend. */
  app.colouring = (key, clusters) => {
    if (!(key in app.FIGURES)) {
      return {
        colour: (cluster) => app.typeColour(cluster.cluster_type),
        classes: app.TYPES.map((type) => ({ colour: app.typeColour(type), words: type, type })),
      };
    }
    const format = app.data.formats[key];
    const bounds = classBounds(clusters, key);
    const step = (k) => STEPS[bounds.length === 1 ? 2 : Math.round((k * (STEPS.length - 1)) / (bounds.length - 1))];
    const classes = bounds.map((bound, k) => ({
      colour: step(k),
      words: `${k ? "over " + app.figure(bounds[k - 1], format) + ", " : ""}up to ${app.figure(bound, format)}`,
    }));
    const isMissing = clusters.some((cluster) => cluster[key] === null);
    return {
      colour: (cluster) => (cluster[key] === null ? NONE : step(bounds.findIndex((bound) => cluster[key] <= bound))),
      classes: isMissing ? [...classes, { colour: NONE, words: "not given" }] : classes,
    };
  };

  // Marks differ by shape as well as by colour.
  const MARKS = {
    Specialised: (c, x, y, r) => c.arc(x, y, r, 0, 2 * Math.PI),
    "R&D Collaborating": (c, x, y, r) => {
      c.moveTo(x, y - r * 1.25);
      c.lineTo(x + r * 1.15, y + r * 0.8);
      c.lineTo(x - r * 1.15, y + r * 0.8);
      c.closePath();
    },
    Diverse: (c, x, y, r) => c.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8),
    Dispersed: (c, x, y, r) => {
      c.moveTo(x, y - r * 1.3);
      c.lineTo(x + r * 1.3, y);
      c.lineTo(x, y + r * 1.3);
      c.lineTo(x - r * 1.3, y);
      c.closePath();
    },
  };

  /** Adds the mark of a type around a point to a canvas path, or to whatever has its methods. */
  app.markPath = (context, type, x, y, radius) => (MARKS[type] || MARKS.Specialised)(context, x, y, radius);

  /** A small picture of a mark, beside the words that say the same. */
  app.mark = (type, colour) => {
    const canvas = app.element("canvas", { class: "mark", width: 32, height: 32, "aria-hidden": "true" });
    const context = canvas.getContext("2d");
    context.fillStyle = colour;
    context.beginPath();
    app.markPath(context, type, 16, 16, 11);
    context.fill();
    return canvas;
  };
})();

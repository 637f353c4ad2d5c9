// A time line: figures by month as lines, what happened as marks beneath, one month read out at a time; and the same as
// a table. Drawn as SVG; pointer, finger and arrow keys move from month to month.
"use strict";

(() => {
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const LEFT = 46;
  const RIGHT = 12;
  const PANEL = 74; // height of a line's panel
  const TITLE = 18;
  const MARKS = 22;
  const LABELS = 20;
  const BETWEEN_LABELS = 62;

  const svg = (tag, props = {}, ...children) => {
    const made = document.createElementNS(NAMESPACE, tag);
    for (const [name, value] of Object.entries(props)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const text = (words, x, y, props = {}) => svg("text", { x, y, ...props }, words);

  const short = (month) =>
    new Date(`${month}-15T12:00:00Z`).toLocaleDateString("en-GB", { month: "short", year: "numeric" });

  /** A round number at or above the largest value, with one step fewer digits. */
  const roundUp = (value) => {
    if (value <= 0) return 1;
    const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)));
    return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * unit).find((step) => step >= value);
  };

  const paintLine = (figure, { words, values, colour }, top, x) => {
    const most = roundUp(Math.max(0, ...values.filter((value) => value !== null)));
    const y = (value) => top + TITLE + PANEL * (1 - value / most);
    const right = x(values.length - 1);
    figure.append(
      text(words, LEFT, top + 11, { class: "line-title" }),
      ...[0, most].flatMap((value) => [
        svg("line", { x1: LEFT, x2: right, y1: y(value), y2: y(value), class: "grid" }),
        text(app.figure(value, "count"), LEFT - 6, y(value) + 4, { class: "scale", "text-anchor": "end" }),
      ]),
    );
    const path = values
      .map((value, k) => (value === null ? "" : `${k && values[k - 1] !== null ? "L" : "M"}${x(k).toFixed(1)} ${y(value).toFixed(1)}`))
      .join("");
    figure.append(svg("path", { d: path, class: "line", stroke: colour }));
    values.forEach((value, k) => {
      if (value !== null) figure.append(svg("circle", { cx: x(k), cy: y(value), r: 3, fill: colour }));
    });
  };

  const paintMonths = (figure, months, top, x, width) => {
    const fits = Math.max(2, Math.floor((width - LEFT - RIGHT) / BETWEEN_LABELS));
    const every = Math.ceil(months.length / fits);
    months.forEach((month, k) => {
      // Counted from the last, which always has its label.
      if ((months.length - 1 - k) % every) return;
      const anchor = k === months.length - 1 && k ? "end" : k ? "middle" : "start";
      figure.append(text(short(month), k === months.length - 1 && k ? x(k) + RIGHT : x(k), top + 14, { class: "scale", "text-anchor": anchor }));
    });
  };

  const asTable = (caption, months, lines, words) =>
    app.element(
      "details",
      { class: "as-table" },
      app.element("summary", {}, "The same as a table"),
      app.element(
        "div",
        { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
        app.element(
          "table",
          {},
          app.element("caption", { class: "hidden" }, caption),
          app.element(
            "thead",
            {},
            app.element(
              "tr",
              {},
              app.element("th", { scope: "col" }, "Month"),
              lines.map((line) => app.element("th", { scope: "col", class: "number" }, line.words)),
              app.element("th", { scope: "col" }, "What happened"),
            ),
          ),
          app.element(
            "tbody",
            {},
            months.map((month, k) =>
              app.element(
                "tr",
                {},
                app.element("th", { scope: "row" }, short(month)),
                lines.map(({ values }) => app.element("td", { class: "number" }, values[k] === null ? "–" : app.figure(values[k], "count"))),
                app.element("td", {}, words(k).map((sentence) => app.element("span", { class: "sub" }, app.named(sentence)))),
              ),
            ),
          ),
        ),
      ),
    );

  /**
   * A time line. `months`: "2025-05" and so on, in order; `lines`: words, colour, values by month (null where there is
   * none); `happened`: for each month a list of { sign, words }: the sign is drawn, the words are read out.
   */
  app.timeline = ({ label, months, lines, happened }) => {
    if (months.length < 2)
      return app.element("p", { class: "hint" }, "A time line has two months at the least: so far there is one.");
    const column = app.byId("column");
    const width = Math.max(280, Math.min(420, column.clientWidth - 40));
    const x = (k) => LEFT + (k * (width - LEFT - RIGHT)) / (months.length - 1);
    const panels = lines.length * (TITLE + PANEL + 8);
    const height = panels + MARKS + LABELS;
    const figure = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    lines.forEach((line, k) => paintLine(figure, line, k * (TITLE + PANEL + 8), x));
    happened.forEach((events, k) => {
      if (!events.length) return;
      const sign = events.length > 1 ? "✱" : events[0].sign;
      figure.append(text(sign, x(k), panels + 14, { class: "sign", "text-anchor": "middle" }));
    });
    paintMonths(figure, months, panels + MARKS, x, width);
    const cursor = svg("line", { y1: 0, y2: panels + MARKS, class: "cursor" });
    figure.prepend(cursor);

    const words = (k) => happened[k].map((event) => event.words);
    const figuresOf = (k) =>
      lines.map(({ words: of, values }) => `${of} ${values[k] === null ? "none" : app.figure(values[k], "count")}`).join(", ");
    const readout = app.element("p", { class: "readout" });
    const slider = app.element("div", {
      class: "timeline",
      role: "slider",
      tabindex: "0",
      "aria-label": `${label}. Arrow keys move from month to month; the same is in the table that follows.`,
      "aria-valuemin": "0",
      "aria-valuemax": String(months.length - 1),
    });
    let at = -1;
    const show = (k) => {
      const next = Math.max(0, Math.min(months.length - 1, k));
      if (next === at) return;
      at = next;
      cursor.setAttribute("x1", x(at));
      cursor.setAttribute("x2", x(at));
      slider.setAttribute("aria-valuenow", String(at));
      slider.setAttribute("aria-valuetext", [app.monthInWords(months[at]), figuresOf(at), ...words(at)].join(". "));
      app.fill(
        readout,
        app.element("strong", {}, app.monthInWords(months[at])),
        `: ${figuresOf(at)}`,
        words(at).map((sentence) => app.element("span", { class: "sub" }, app.named(sentence))),
      );
    };
    const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity };
    slider.addEventListener("keydown", (event) => {
      if (!(event.key in STEPS)) return;
      event.preventDefault();
      show(at + STEPS[event.key]);
    });
    const follow = (event) => {
      const box = figure.getBoundingClientRect();
      const place = ((event.clientX - box.left) * width) / box.width;
      show(Math.round(((place - LEFT) * (months.length - 1)) / (width - LEFT - RIGHT)));
    };
    slider.addEventListener("pointermove", follow);
    slider.addEventListener("pointerdown", follow);
    slider.append(figure);
    show(months.length - 1);
    return app.element("div", {}, slider, readout, asTable(label, months, lines, words));
  };
})();

// What every part uses: elements made of text alone, formats of figures, words for what is not given.
// No part sets markup from data: texts become text nodes.
"use strict";

const app = {};

(() => {
  const there = (children) =>
    children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

  /** An element. `props`: attributes; `on<event>` functions; `class`. Children: elements, texts, or nested lists. */
  app.element = (tag, props = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...there(children));
    return made;
  };

  /** A name from a source: its direction of writing does not touch the text around it. */
  app.named = (text) => app.element("bdi", {}, text);

  app.byId = (id) => document.getElementById(id);

  /** Puts the children in place of what the parent held. */
  app.fill = (parent, ...children) => parent.replaceChildren(...there(children));

  const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
  const digits = (most) => new Intl.NumberFormat("en-GB", { maximumSignificantDigits: most });
  const three = digits(3);
  const is = (value) => value !== null && value !== undefined;
  const NOT_AVAILABLE = "x";

  const formats = {
    count: (value) => whole.format(value),
    gbp: (value) => {
      const size = Math.abs(value);
      if (size >= 1e9) return `£${three.format(value / 1e9)}bn`;
      if (size >= 1e6) return `£${three.format(value / 1e6)}m`;
      return `£${whole.format(value)}`;
    },
    share: (value) => `${(100 * value).toFixed(1)}%`,
    percent: (value) => `${value.toFixed(1)}%`,
    change: (value) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${(100 * Math.abs(value)).toFixed(1)}%`,
    quotient: (value) => three.format(value),
    probability: (value) => (value < 0.001 ? "under 0.001" : value.toFixed(3)),
    area: (value) => `${three.format(value)} km²`,
    km: (value) => `${three.format(value)} km`,
  };

  /** A figure in words; `status` (c, x) where it is not given, x where there is none. */
  app.figure = (value, format, status = "") => status || (is(value) ? formats[format](value) : NOT_AVAILABLE);

  app.monthInWords = (month) =>
    new Date(`${month.slice(0, 7)}-15T12:00:00Z`).toLocaleDateString("en-GB", { month: "long", year: "numeric" });

  app.plural = (count, one, many = `${one}s`) => `${whole.format(count)} ${count === 1 ? one : many}`;

  app.prefersStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
})();

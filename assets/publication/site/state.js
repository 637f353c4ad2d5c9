// What the reader has chosen, and its copy in the address: a link opens the same view again.
"use strict";

(() => {
  const TYPES = ["Specialised", "R&D Collaborating", "Diverse", "Dispersed"];
  const list = (items) => ({
    read: (text) => (text ? text.split("~") : []),
    write: (value) => value.join("~"),
    initial: items,
  });
  const text = (initial = "") => ({ read: (given) => given, write: (value) => value, initial });
  const number = (initial) => ({ read: (given) => Number(given) || 0, write: String, initial });
  const flag = () => ({ read: (given) => given === "1", write: (value) => (value ? "1" : "0"), initial: false });

  const KEYS = {
    tab: text("clusters"),
    profile: text(app.data.profiles[0] || ""),
    types: list(TYPES),
    scheme: text(),
    sector: text(),
    region: text(),
    firms: number(app.data.minFirms),
    share: number(0),
    active: flag(),
    colour: text("type"),
    draw: text("both"),
    layers: list(["map", "towns", "regions"]),
    sort: text("-firms"),
    cluster: text(),
    here: text(),
    compare: list([]),
    category: text(app.categories[0] || ""),
    every: flag(),
    index: text(),
    place: text(),
    view: text(),
  };

  const initial = () => Object.fromEntries(Object.entries(KEYS).map(([key, kind]) => [key, kind.initial]));

  const read = () => {
    const given = new URLSearchParams(window.location.hash.slice(1));
    const state = initial();
    for (const [key, kind] of Object.entries(KEYS)) if (given.has(key)) state[key] = kind.read(given.get(key));
    // A link from another month may name what this one lacks.
    if (!app.data.profiles.includes(state.profile)) state.profile = KEYS.profile.initial;
    if (!app.categories.includes(state.category)) state.category = KEYS.category.initial;
    return state;
  };

  const written = () => {
    const parts = new URLSearchParams();
    for (const [key, kind] of Object.entries(KEYS)) {
      const value = kind.write(app.state[key]);
      if (value !== kind.write(kind.initial)) parts.set(key, value);
    }
    return parts.toString().replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%7E/g, "~");
  };

  const listeners = [];
  const tell = (changed) => {
    for (const { keys, hear } of listeners) if (keys.some((key) => changed.has(key))) hear(changed);
  };

  app.TYPES = TYPES;
  app.state = read();
  app.hash = () => `#${written()}`;

  /** Calls `hear` with the set of keys changed, whenever one of `keys` has changed. */
  app.onChange = (keys, hear) => listeners.push({ keys, hear });

  /** Changes the state, tells those who listen, and writes the address. */
  app.set = (changes) => {
    const changed = new Set(
      Object.keys(changes).filter((key) => KEYS[key].write(changes[key]) !== KEYS[key].write(app.state[key])),
    );
    if (!changed.size) return;
    Object.assign(app.state, changes);
    window.history.replaceState(null, "", app.hash());
    tell(changed);
  };

  app.resetFilters = () =>
    app.set(
      Object.fromEntries(
        ["types", "scheme", "sector", "region", "firms", "share", "active"].map((key) => [key, KEYS[key].initial]),
      ),
    );

  /** Tells every listener, once all are there. */
  app.start = () => tell(new Set(Object.keys(KEYS)));

  window.addEventListener("hashchange", () => {
    if (window.location.hash === app.hash() || window.location.hash === "#column") return;
    Object.assign(app.state, read());
    tell(new Set(Object.keys(KEYS)));
  });
})();

// The search: places, sectors, clusters of both systems, as one list to choose from.
"use strict";

(() => {
  const { state } = app;
  const MOST = { place: 4, sector: 4, cluster: 6, index: 3 };
  const KINDS = { place: "Place", sector: "Sector", cluster: "Cluster", index: "The Index" };
  const input = app.byId("search");
  const found = app.byId("found");
  let active = -1;

  const plain = (text) =>
    text
      .normalize("NFD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase()
      // As people write it: rd&i, rdi; stoke-on-trent, stoke on trent; king's, kings.
      .replace(/[-‐–/]/g, " ")
      .replace(/[^\p{L}\p{N}\s]/gu, "");

  const candidates = () => [
    ...app.data.places.map((town) => ({
      kind: "place",
      words: town.name,
      sub: town.region,
      open: () => app.openPlace(app.data.placeKey(town)),
    })),
    ...app
      .sectors("")
      .map((sector) => ({
        kind: "sector",
        words: sector,
        sub: "show its clusters",
        open: () => {
          app.set({ tab: "clusters", sector, scheme: "", cluster: "", index: "", here: "" });
          app.zoomToShown();
        },
      })),
    ...app.data.clusters(state.profile).map((cluster) => ({
      kind: "cluster",
      words: cluster.name,
      sub: cluster.sector || "Community of collaborators",
      size: cluster.firms,
      open: () => {
        app.set({ cluster: cluster.cluster_id, index: "", here: "" });
        app.zoomTo(cluster);
        app.showDetail();
      },
    })),
    ...app.data.indexClusters(state.category).map((cluster) => ({
      kind: "index",
      words: cluster.name,
      sub: state.category,
      size: cluster.items,
      open: () => {
        app.set({ tab: "index", index: cluster.cluster_id, cluster: "", here: "" });
        app.zoomTo(cluster);
        app.showDetail();
      },
    })),
  ];

  /** Those that hold every word asked for; a beginning counts before a middle, the larger before the smaller. */
  const matches = (asked) => {
    const words = plain(asked).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const fitting = candidates()
      .map((candidate) => ({
        candidate,
        text: plain(`${candidate.words} ${candidate.kind === "cluster" ? candidate.sub : ""}`),
      }))
      .filter(({ text }) => words.every((word) => text.includes(word)))
      .map(({ candidate, text }) => ({ candidate, begins: text.startsWith(words[0]) }))
      .sort((a, b) => b.begins - a.begins || (b.candidate.size || 0) - (a.candidate.size || 0))
      .map(({ candidate }) => candidate);
    return Object.entries(MOST).flatMap(([kind, most]) =>
      fitting.filter((candidate) => candidate.kind === kind).slice(0, most),
    );
  };

  let listed = [];
  const close = () => {
    found.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (position) => {
    active = position;
    [...found.children].forEach((line, k) => line.setAttribute("aria-selected", String(k === active)));
    if (active >= 0) input.setAttribute("aria-activedescendant", `found-${active}`);
    found.children[active]?.scrollIntoView({ block: "nearest" });
  };

  const choose = (candidate) => {
    close();
    input.value = "";
    candidate.open();
  };

  const show = () => {
    listed = matches(input.value);
    if (!input.value.trim()) return close();
    app.fill(
      found,
      listed.length
        ? listed.map((candidate, k) =>
            app.element(
              "li",
              {
                role: "option",
                id: `found-${k}`,
                "aria-selected": "false",
                onmousedown: (event) => {
                  event.preventDefault();
                  choose(candidate);
                },
              },
              app.element("span", { class: "kind" }, KINDS[candidate.kind]),
              app.element("span", {}, app.named(candidate.words), app.element("span", { class: "sub" }, candidate.sub)),
            ),
          )
        : app.element("li", { class: "hint", role: "option", "aria-disabled": "true" }, "Nothing found"),
    );
    found.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(listed.length ? 0 : -1);
  };

  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      input.value = "";
      return;
    }
    if (found.hidden || !listed.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark((active + (event.key === "ArrowDown" ? 1 : listed.length - 1)) % listed.length);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(listed[active]);
    }
  });
})();

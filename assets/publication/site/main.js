// The parts together: tabs, months, the link; then everything is shown for the first time.
"use strict";

(() => {
  const { state } = app;
  const TABS = [
    ["clusters", "Clusters"],
    ["index", "The Index"],
    ["places", "Places"],
    ["about", "About"],
  ];

  // Each tab brings its own system onto the map; the layers remain the reader's to choose.
  const bringLayers = (tab) => {
    const others = state.layers.filter((layer) => layer !== "map" && layer !== "index");
    if (tab === "index") app.set({ layers: ["index", ...others] });
    if (tab === "clusters" || tab === "places") app.set({ layers: ["map", ...others] });
  };

  const buttons = TABS.map(([tab, words]) =>
    app.element(
      "button",
      {
        type: "button",
        "data-tab": tab,
        onclick: () => {
          app.set({ tab, cluster: "", index: "", here: "" });
        },
      },
      words,
    ),
  );
  app.fill(app.byId("tabs"), buttons);

  app.showTab = () => {
    const isOpen = !app.byId("detail").hidden;
    for (const [tab] of TABS) app.byId(`tab-${tab}`).hidden = isOpen || tab !== state.tab;
  };

  let isStarted = false;
  app.onChange(["tab"], () => {
    for (const button of buttons) {
      if (button.dataset.tab === state.tab) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    app.showTab();
    if (isStarted) bringLayers(state.tab);
  });

  const status = app.byId("copied");
  app.announce = (words) => {
    status.textContent = words;
    window.clearTimeout(app.announce.timer);
    app.announce.timer = window.setTimeout(() => {
      status.textContent = "";
    }, 6000);
  };

  app.byId("copy-link").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(window.location.href);
      app.announce("Copied");
    } catch {
      app.announce("Copy the page’s address: it holds the view");
    }
  });

  app.byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    app.byId("column").focus();
  });

  const months = app.byId("month");
  const published = [...new Set([app.data.month, ...(window.PUBLISHED_MONTHS || [])])].sort().reverse();
  app.fill(
    months,
    published.map((month) =>
      app.element("option", { value: month, selected: month === app.data.month }, app.monthInWords(month)),
    ),
  );
  months.addEventListener("change", () => {
    if (/^\d{4}-\d{2}$/.test(months.value)) window.location.href = `../${months.value}/index.html${app.hash()}`;
  });

  app.start();
  app.addLayers();
  isStarted = true;
  document.documentElement.dataset.ready = "yes";
})();

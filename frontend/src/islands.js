// Maps and charts are heavy; each is fetched once, when the first of its elements comes near the screen.

const loading = {};

function load(url) {
  loading[url] ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  return loading[url];
}

function style(url) {
  if (loading[url]) return;
  loading[url] = Promise.resolve();
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = url;
  document.head.append(link);
}

const KINDS = {
  map: {
    selector: "[data-map]",
    async start(element, urls) {
      style(urls.mapCss);
      await load(urls.mapJs);
      window.lianglinMap(element, urls.mapWorker);
      if (!element.dataset.draw) return;
      await load(urls.drawJs);
      window.lianglinDraw(element);
    },
  },
  chart: {
    selector: "[data-chart]",
    async start(element, urls) {
      await load(urls.chartJs);
      window.lianglinChart(element);
    },
  },
};

export function startIslands(htmx, urls) {
  const begin = (kind, element) => {
    if (element.dataset.island) return;
    element.dataset.island = "loading";
    KINDS[kind].start(element, urls).catch(() => {
      element.dataset.island = "failed";
      const wait = element.querySelector(".map__wait");
      if (wait) wait.textContent = JSON.parse(element.dataset.words || "{}").failed || wait.textContent;
    });
  };
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watch.unobserve(entry.target);
        begin("map" in entry.target.dataset ? "map" : "chart", entry.target);
      }
    },
    { rootMargin: "300px" },
  );
  const find = (part) => {
    for (const { selector } of Object.values(KINDS)) {
      if (part.matches?.(selector)) watch.observe(part);
      for (const element of part.querySelectorAll?.(selector) ?? []) watch.observe(element);
    }
  };
  htmx.onLoad(find); // htmx calls this for the whole page first, then for each part it swaps in
}

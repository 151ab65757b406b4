// The root font: canvas and SVG text do not follow it by themselves, so islands ask and listen.

export function rootFactor() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

export function onRootChange(redraw) {
  const probe = document.createElement("div");
  probe.setAttribute("aria-hidden", "true");
  Object.assign(probe.style, { position: "absolute", width: "1rem", height: "0", visibility: "hidden" });
  document.body.append(probe);
  let last = rootFactor();
  new ResizeObserver(() => {
    const now = rootFactor();
    if (now === last) return;
    last = now;
    redraw(now);
  }).observe(probe);
}

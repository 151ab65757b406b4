// The map island. Element: <div data-map data-style data-lon data-lat data-zoom data-pick data-geojson data-words>.
// It only ever adds to a page that already says everything in a list or a form.
import maplibregl from "maplibre-gl/dist/maplibre-gl-csp.js";
import { Protocol } from "pmtiles";
import { onRootChange, rootFactor } from "./root.js";

const SYMBOL_SIZES = new WeakMap();
const TONES = ["match", ["get", "tone"], "bad", "#a93224", "warn", "#f0b54a", "good", "#2b6539", "closed", "#857d70", "#14525c"];

// Maps of figures: a shade and a pattern for each class, the same as in the server's drawing.
const SHADES = ["#e5f0f0", "#bcd9db", "#7fb4ba", "#3f8791", "#14525c"];
const CLASSES = ["0", "1", "2", "3", "4", "hidden", "none"];

// One square of a class: its shade with dots, slanting, level or crossed lines; what is not shown is crossed in amber.
function square(name) {
  const side = 12;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const line = (colour, width, ...ends) => {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    for (const [x1, y1, x2, y2] of ends) {
      pen.moveTo(x1, y1);
      pen.lineTo(x2, y2);
    }
    pen.stroke();
  };
  pen.fillStyle = SHADES[Number(name)] ?? (name === "hidden" ? "#fff3da" : "#ffffff");
  pen.fillRect(0, 0, side, side);
  if (name === "1") {
    pen.fillStyle = SHADES[4];
    pen.fillRect(5, 5, 2, 2);
  }
  if (name === "2") line("#0d3a42", 1.4, [0, 12, 12, 0]);
  if (name === "3") line("#ffffff", 1.8, [0, 6, 12, 6]);
  if (name === "4") line("#ffffff", 1.3, [0, 6, 12, 6], [6, 0, 6, 12]);
  if (name === "hidden") line("#7a4d00", 1.2, [0, 0, 12, 12], [0, 12, 12, 0]);
  return pen.getImageData(0, 0, side, side);
}

function addClasses(map) {
  for (const name of CLASSES) if (!map.hasImage(`class-${name}`)) map.addImage(`class-${name}`, square(name));
  map.addLayer({
    id: "feature-classes", type: "fill", source: "features", filter: ["has", "class"],
    paint: { "fill-pattern": ["concat", "class-", ["get", "class"]], "fill-opacity": 0.82 },
  }, "feature-edges");
}

let ready = false;
function prepare(workerUrl) {
  if (ready) return;
  ready = true;
  maplibregl.setWorkerUrl(workerUrl);
  maplibregl.addProtocol("pmtiles", new Protocol().tile);
}

// Zoom curves must stay the outermost expression, so the factor goes onto their outputs.
function scaled(size, factor) {
  if (typeof size === "number") return size * factor;
  if (!Array.isArray(size)) return size;
  const first = size[0] === "interpolate" || size[0] === "interpolate-hcl" ? 4 : size[0] === "step" ? 2 : 0;
  if (!first) return ["*", factor, size];
  return size.map((part, at) => (at >= first && (at - first) % 2 === 0 ? scaled(part, factor) : part));
}

function scaleLabels(map, factor) {
  const plain = SYMBOL_SIZES.get(map) ?? {};
  SYMBOL_SIZES.set(map, plain);
  for (const layer of map.getStyle().layers) {
    if (layer.type !== "symbol") continue;
    plain[layer.id] ??= layer.layout?.["text-size"] ?? 16;
    map.setLayoutProperty(layer.id, "text-size", scaled(plain[layer.id], factor));
  }
}

function locale(words, label) {
  return {
    "Map.Title": label,
    "NavigationControl.ZoomIn": words.zoomIn,
    "NavigationControl.ZoomOut": words.zoomOut,
    "AttributionControl.ToggleAttribution": words.credit,
    "AttributionControl.MapFeedback": words.credit,
    "CooperativeGesturesHandler.WindowsHelpText": words.ctrlZoom,
    "CooperativeGesturesHandler.MacHelpText": words.cmdZoom,
    "CooperativeGesturesHandler.MobileHelpText": words.twoFingers,
    "Popup.Close": words.close,
  };
}

function addFeatures(map, url, words, picking) {
  map.addSource("features", { type: "geojson", data: url });
  map.addLayer({
    id: "feature-areas", type: "fill", source: "features", filter: ["all", ["==", ["geometry-type"], "Polygon"], ["!", ["has", "class"]]],
    paint: { "fill-color": TONES, "fill-opacity": 0.14 },
  });
  map.addLayer({
    id: "feature-edges", type: "line", source: "features", filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "line-color": TONES, "line-width": ["case", ["has", "class"], 1.2, 2.5] },
  });
  addClasses(map);
  map.addLayer({
    id: "feature-points", type: "circle", source: "features", filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-color": TONES, "circle-radius": 9, "circle-stroke-color": "#fff", "circle-stroke-width": 2.5 },
  });
  map.addLayer({
    id: "feature-names", type: "symbol", source: "features", filter: ["==", ["geometry-type"], "Point"],
    layout: { "text-field": ["get", "title"], "text-font": ["sans-serif"], "text-size": 13, "text-anchor": "top", "text-offset": [0, 0.9], "text-optional": true },
    paint: { "text-color": "#0d3a42", "text-halo-color": "#fff", "text-halo-width": 1.8 },
  });
  if (picking) return; // a tap means "here", not "what is this"
  for (const layer of ["feature-points", "feature-areas", "feature-classes"]) {
    map.on("click", layer, (event) => showPopup(map, event, words));
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

// Text goes in as text, and a link only when it stays on this site: GeoJSON is data, not markup.
function showPopup(map, event, words) {
  const { title, text, url } = event.features[0].properties;
  const box = document.createElement("div");
  const heading = document.createElement(url?.startsWith("/") && !url.startsWith("//") ? "a" : "strong");
  heading.textContent = title;
  if (heading.tagName === "A") heading.href = url;
  box.append(heading);
  if (text) {
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
  }
  new maplibregl.Popup({ focusAfterOpen: true, locale: { "Popup.Close": words.close } }).setLngLat(event.lngLat).setDOMContent(box).addTo(map);
}

function addPicking(map, element, words) {
  const [lonField, latField] = element.dataset.pick.split(",").map((id) => document.getElementById(id.trim()));
  if (!lonField || !latField) throw new Error(`data-pick names no fields: ${element.dataset.pick}`);
  const marker = new maplibregl.Marker({ color: "#a93224" });
  const spoken = document.createElement("p");
  spoken.className = "map__said";
  spoken.setAttribute("role", "status");

  const take = (point, silent) => {
    marker.setLngLat(point).addTo(map);
    if (silent) return;
    lonField.value = point.lng.toFixed(6);
    latField.value = point.lat.toFixed(6);
    spoken.textContent = words.picked;
    lonField.dispatchEvent(new Event("change", { bubbles: true }));
    latField.dispatchEvent(new Event("change", { bubbles: true }));
    element.dispatchEvent(new CustomEvent("place-picked", { bubbles: true, detail: { lon: point.lng, lat: point.lat } }));
  };
  if (lonField.value && latField.value) take({ lng: Number(lonField.value), lat: Number(latField.value) }, true);
  map.on("click", (event) => take(event.lngLat, false));

  // For the keyboard: arrows move the map under a cross, this button takes the point under it.
  const cross = document.createElement("div");
  cross.className = "map__cross";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--second button--small map__take";
  button.textContent = words.pickHere;
  button.addEventListener("click", () => take(map.getCenter(), false));
  element.append(cross, button, spoken);
}

// Slanting lines for areas without data, so that colour is not the only sign.
function hatch() {
  const side = 12;
  const data = new Uint8Array(side * side * 4);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      if ((x + y) % side < 2) data.set([122, 77, 0, 90], (y * side + x) * 4);
    }
  }
  return { width: side, height: side, data };
}

window.lianglinMap = (element, workerUrl) => {
  prepare(workerUrl);
  const { style, lon, lat, zoom, pick, geojson, label } = element.dataset;
  const words = JSON.parse(element.dataset.words || "{}");
  element.replaceChildren();
  const map = new maplibregl.Map({
    container: element,
    style,
    center: [Number(lon), Number(lat)],
    zoom: Number(zoom),
    minZoom: 8,
    maxZoom: 18,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: window.matchMedia("(pointer: coarse)").matches,
    // The credit stands in the caption right below, in the reader's language, where it covers nothing.
    attributionControl: false,
    locale: locale(words, label),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.on("styleimagemissing", ({ id }) => id === "hatch" && map.addImage(id, hatch()));
  map.once("load", () => {
    if (geojson) addFeatures(map, geojson, words, Boolean(pick || element.dataset.draw));
    if (pick) addPicking(map, element, words);
    scaleLabels(map, rootFactor());
    onRootChange((factor) => scaleLabels(map, factor));
    element.dataset.island = "ready";
  });
  element.lianglinMap = map;
};

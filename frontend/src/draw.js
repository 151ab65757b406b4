// The drawing island. Element: a map (see map.js) with data-draw="area" or "line", data-draw-field (the id of the
// textarea that takes GeoJSON), data-draw-words. What is drawn goes into the textarea, which stays the form's field:
// whoever has no mouse, no script or a boundary from elsewhere types or pastes it there.
import { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawRenderMode, TerraDrawSelectMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";

const BAD = "#a93224";
const WHITE = "#ffffff";
const PRECISION = 7; // a centimetre, as the register keeps it
const corners = { draggable: true, midpoints: true, deletable: true };

function modes() {
  const area = { fillColor: BAD, fillOpacity: 0.12, outlineColor: BAD, outlineWidth: 3 };
  const selected = {
    selectedPolygonColor: BAD, selectedPolygonFillOpacity: 0.12, selectedPolygonOutlineColor: BAD, selectedPolygonOutlineWidth: 3,
    selectedLineStringColor: BAD, selectedLineStringWidth: 4,
    selectionPointColor: WHITE, selectionPointOutlineColor: BAD, selectionPointWidth: 7, selectionPointOutlineWidth: 3,
    midPointColor: BAD, midPointOutlineColor: WHITE, midPointWidth: 5, midPointOutlineWidth: 2,
  };
  const flags = { polygon: { feature: { coordinates: corners } }, linestring: { feature: { coordinates: corners } } };
  return [
    new TerraDrawPolygonMode({ styles: area }),
    new TerraDrawLineStringMode({ styles: { lineStringColor: BAD, lineStringWidth: 4 } }),
    new TerraDrawSelectMode({ flags, styles: selected, allowManualDeselection: false }),
    new TerraDrawRenderMode({ modeName: "still", styles: {} }),
  ];
}

function rounded(coordinates) {
  return typeof coordinates === "number" ? Number(coordinates.toFixed(PRECISION)) : coordinates.map(rounded);
}

// One area or one line, from whatever GeoJSON it comes in; null for several parts or another kind.
function shapeIn(data, kind) {
  const found = data?.features ?? [data?.type === "Feature" ? data : { geometry: data }];
  const shapes = found.map((one) => one.geometry).filter(Boolean).map((one) => (
    one.type === "MultiPolygon" && one.coordinates.length === 1 ? { type: "Polygon", coordinates: one.coordinates[0] } : one
  ));
  return shapes.length === 1 && shapes[0].type === kind ? shapes[0] : null;
}

function typed(text, kind) {
  try {
    return shapeIn(JSON.parse(text), kind);
  } catch {
    return null;
  }
}

async function present(url, kind) {
  const answer = await fetch(url, { credentials: "same-origin" });
  const data = await answer.json();
  return shapeIn({ features: data.features.filter((one) => one.properties.part === "own") }, kind);
}

class Drawing {
  constructor(map, element) {
    this.words = JSON.parse(element.dataset.drawWords || "{}");
    this.kind = element.dataset.draw === "line" ? "LineString" : "Polygon";
    this.mode = this.kind === "LineString" ? "linestring" : "polygon";
    this.field = document.getElementById(element.dataset.drawField);
    this.draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: PRECISION }), modes: modes() });
    this.draw.start();
    this.draw.on("finish", (id) => this.finished(id));
    this.field.addEventListener("input", () => this.show(typed(this.field.value, this.kind)));
    element.append(this.tools(), this.spoken());
  }

  tools() {
    const box = document.createElement("div");
    box.className = "map__tools";
    for (const [name, act] of [["anew", () => this.anew()], ["corners", () => this.select()]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button--second button--small";
      button.textContent = this.words[name];
      button.addEventListener("click", act);
      box.append(button);
    }
    return box;
  }

  spoken() {
    this.said = document.createElement("p");
    this.said.className = "map__said";
    this.said.setAttribute("role", "status");
    return this.said;
  }

  // The shape that is worked on: what the last form said, or what is there now.
  async begin(url) {
    const shape = this.field.value.trim() ? typed(this.field.value, this.kind) : this.kind === "Polygon" ? await present(url, this.kind) : null;
    if (shape) this.show(shape);
    else this.anew();
  }

  show(shape) {
    if (!shape) return;
    this.draw.clear();
    const feature = { type: "Feature", properties: { mode: this.mode }, geometry: { type: this.kind, coordinates: rounded(shape.coordinates) } };
    const [taken] = this.draw.addFeatures([feature]);
    this.id = taken?.valid ? taken.id : undefined;
    this.select();
  }

  anew() {
    this.draw.clear();
    this.id = undefined;
    this.draw.setMode(this.mode);
    this.said.textContent = this.words.begin;
  }

  select() {
    if (this.id === undefined) return;
    this.draw.setMode("select");
    this.draw.selectFeature(this.id);
  }

  finished(id) {
    const shape = this.draw.getSnapshot().find((one) => one.id === id);
    if (!shape) return;
    for (const other of this.draw.getSnapshot()) {
      if (other.id !== id && other.geometry.type === this.kind) this.draw.removeFeatures([other.id]);
    }
    this.id = id;
    this.field.value = JSON.stringify({ type: this.kind, coordinates: rounded(shape.geometry.coordinates) });
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.said.textContent = this.words.taken;
    setTimeout(() => this.select()); // after the library has ended its own turn
  }
}

window.lianglinDraw = (element) => {
  const map = element.lianglinMap;
  const begin = () => {
    const drawing = new Drawing(map, element);
    element.lianglinDrawing = drawing;
    drawing.begin(element.dataset.geojson).then(() => (element.dataset.drawing = "ready"));
  };
  if (map.loaded()) begin();
  else map.once("load", begin);
};

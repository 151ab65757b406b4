// Staff pages: the resident helpers plus Alpine in its CSP build (no expressions are evaluated from attributes).
import Alpine from "@alpinejs/csp";
import htmx from "htmx.org/dist/htmx.esm.js";
import { startHelpers } from "./helpers.js";
import { startIslands } from "./islands.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";

window.htmx = htmx;
window.Alpine = Alpine;
const script = document.currentScript;
startHelpers(htmx);
startIslands(htmx, script ? script.dataset : {});
startKeys();
startLive();

// x-data="toggle": a part that opens and closes. x-bind="button" on the switch, x-show="open" on the part.
Alpine.data("toggle", () => ({
  open: false,
  button: {
    "@click"() {
      this.open = !this.open;
    },
    ":aria-expanded"() {
      return String(this.open);
    },
  },
}));

// x-data="filter": hides rows whose data-key (name, pinyin initials...) does not contain what is typed.
Alpine.data("filter", () => ({
  field: {
    "@input"(event) {
      const wanted = event.target.value.trim().toLowerCase();
      for (const row of this.$root.querySelectorAll("[data-key]")) {
        row.hidden = wanted !== "" && !row.dataset.key.toLowerCase().includes(wanted);
      }
    },
  },
}));

Alpine.start();

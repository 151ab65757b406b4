// Resident pages: htmx for partial updates, and a few small helpers. Every page works without this file.
import htmx from "htmx.org/dist/htmx.esm.js";
import { startHelpers } from "./helpers.js";
import { startIslands } from "./islands.js";

window.htmx = htmx;
const script = document.currentScript;
startHelpers(htmx);
startIslands(htmx, script ? script.dataset : {});

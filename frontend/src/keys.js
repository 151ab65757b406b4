// Keys for lists and cases: j and k from row to row, o opens, x ticks, n the next step, u back, ? the help.
// A help by the side: everything works without it. Not while somebody types, and off for good by a tick (WCAG 2.1.4).

const STORE = "lianglin-keys";

export function startKeys() {
  const help = document.getElementById("keys");
  if (!help) return;
  const off = help.querySelector("[data-keys-off]");
  off.checked = stored() === "off";
  off.addEventListener("change", () => store(off.checked ? "off" : "on"));
  for (const button of document.querySelectorAll("[data-keys-help]")) button.addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (off.checked || help.open || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = acts[event.key];
    if (act && act(help) !== false) event.preventDefault();
  });
}

const acts = {
  j: () => step(1),
  k: () => step(-1),
  o: () => press(current()?.querySelector("a[href]")),
  x: () => press(current()?.querySelector("input[type=checkbox]")),
  n: () => press(document.querySelector("[data-next]")),
  u: () => press(document.querySelector(".crumbs a")),
  "?": (help) => help.showModal(),
};

function typing(field) {
  return field.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(field.tagName) && !/^(checkbox|radio|button|submit)$/.test(field.type);
}

function rows() {
  return [...document.querySelectorAll("[data-keys-row], .table--cards tbody tr, .list > .order")].filter((row) => row.querySelector("a[href]"));
}

function current() {
  return rows().find((row) => row.contains(document.activeElement));
}

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next.querySelector("a[href]").focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function press(target) {
  if (!target) return false;
  target.click();
  return true;
}

function stored() {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null; // storage is closed to us: the keys are on, and off for this page by the tick
  }
}

function store(value) {
  try {
    localStorage.setItem(STORE, value);
  } catch {
    /* off for this page alone */
  }
}

// Small helpers, each bound by an attribute. A page that lacks the attribute pays nothing.

export function startHelpers(htmx) {
  document.documentElement.classList.add("js");
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("change", onChange);
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeprint", openDisclosures);
  window.addEventListener("pageshow", releaseForms);
  // Django's token travels in a header, so that hx-post needs no hidden field of its own.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
  // An answer that says what was wrong (400, 409, 422, 429) is shown where the reader is looking.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([400, 409, 422, 429].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  htmx.onLoad(focusErrors);
}

function onClick(event) {
  const target = event.target.closest("[data-print], [data-copy], a[href^='#id_']");
  if (!target) {
    closeMenus(event.target);
    return;
  }
  if (target.matches("[data-print]")) window.print();
  else if (target.matches("[data-copy]")) navigator.clipboard?.writeText(target.dataset.copy);
  else {
    const field = document.getElementById(target.hash.slice(1));
    if (field) {
      event.preventDefault();
      field.focus();
      field.scrollIntoView({ block: "center" });
    }
  }
}

// Two fast taps must not send a form twice; the server refuses the second, this spares the question.
function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), 8000);
}

function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}

function releaseForms() {
  for (const form of document.querySelectorAll("form[data-sent]")) release(form);
}

function onChange(event) {
  const field = event.target;
  if (field.type === "file") previewPhotos(field);
  if (field.matches?.("[data-submit-on-change]")) field.form.requestSubmit();
}

function previewPhotos(field) {
  const place = document.querySelector(`[data-photo-preview="${field.id}"]`);
  if (!place) return;
  place.replaceChildren();
  for (const file of field.files) {
    if (!file.type.startsWith("image/")) continue;
    const image = new Image();
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    place.append(image);
  }
}

function onKey(event) {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".nav__more details[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
  if (location.hash === "#menu") {
    location.hash = "#main";
    document.querySelector("a[href='#menu']")?.focus();
  }
}

function closeMenus(inside) {
  const open = document.querySelector(".nav__more details[open]");
  if (open && !open.contains(inside)) open.open = false;
}

function openDisclosures() {
  for (const part of document.querySelectorAll("details[data-open-in-print], details[data-chart-table]")) part.open = true;
}

function focusErrors(part) {
  const box = part.querySelector?.("[data-autofocus]");
  if (box) box.focus({ preventScroll: false });
}

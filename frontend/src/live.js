// Says that a list or a case has changed since the page was read: "3 new, show". It asks now and then with the tag of
// the last answer, and the server answers 304 while nothing changed. A page that is hidden, or that nobody has touched
// for ten minutes, asks no more, so that a login still ends by itself.

const IDLE = 10 * 60_000;
const MOST_WAIT = 10 * 60_000;

export function startLive() {
  const box = document.querySelector("[data-live]");
  if (!box) return;
  const state = { tag: "", wait: Number(box.dataset.every || 45) * 1000, touched: Date.now() };
  for (const name of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(name, () => (state.touched = Date.now()), { passive: true });
  }
  setTimeout(() => ask(box, state, state.wait), state.wait);
}

async function ask(box, state, wait) {
  let next = state.wait;
  if (!document.hidden && Date.now() - state.touched < IDLE) {
    try {
      const answer = await fetch(box.dataset.live, {
        headers: state.tag ? { "If-None-Match": state.tag } : {},
        redirect: "error",
        cache: "no-store",
      });
      if (answer.status === 401 || answer.status === 403 || answer.status === 404) return;
      if (answer.status === 200) {
        state.tag = answer.headers.get("ETag") || "";
        tell(box, await answer.json());
      } else if (answer.status !== 304) next = Math.min(wait * 2, MOST_WAIT);
    } catch {
      next = Math.min(wait * 2, MOST_WAIT);
    }
  }
  setTimeout(() => ask(box, state, next), next);
}

function tell(box, news) {
  box.hidden = !news.count;
  if (!news.count) return;
  const text = box.querySelector("[data-live-text]");
  if (text.textContent !== news.text) text.textContent = news.text;
}

// data-live: a form sends itself as its fields change. data-events: the page fetches what a stream of events names.
import { swap } from "./swap.js";

const DELAY = 150;
const timers = new WeakMap();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !("live" in form.dataset) || event.isComposing) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => form.requestSubmit(), DELAY));
});

let source = null;
let followed = "";
let wanted = new Set();
let timer = 0;

// HTTP/1.1 allows a browser six connections to a host, so hidden tabs have none. The stream begins with what has changed
// since the page was rendered.
function listen() {
  const element = document.visibilityState === "visible" ? document.querySelector("[data-events]") : null;
  const place = element?.dataset.events ?? "";
  if (place === followed && source?.readyState !== EventSource.CLOSED) return;
  source?.close();
  followed = place;
  source = null;
  if (!place) return;
  const url = new URL(place, location.href);
  if (element.dataset.since) url.searchParams.set("since", element.dataset.since);
  source = new EventSource(url);
  source.onmessage = (event) => {
    event.data.split(" ").forEach((id) => wanted.add(id));
    clearTimeout(timer);
    timer = setTimeout(refresh, 100);
  };
}

function refresh() {
  const ids = [...wanted].filter((id) => document.getElementById(id)).join(" ");
  wanted = new Set();
  if (ids) swap(location.href, ids, { history: "none" });
}

document.addEventListener("visibilitychange", listen);
document.addEventListener("swapped", listen);
listen();

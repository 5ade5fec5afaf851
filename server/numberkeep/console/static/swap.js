// data-swap="ID ...": a link or a form replaces these elements and nothing else. Focus, selection and scroll stay,
// unless a form says with data-show="ID" what to bring into view.
import { toast } from "./toast.js";

const under_way = new Map();

/** Fetch a page's fragments and put them in place; return the response, or undefined if it was overtaken or failed. */
export async function swap(url, ids, { method = "GET", body, form, history: kind = "push" } = {}) {
  under_way.get(ids)?.abort();
  const aborting = new AbortController();
  const place = location.href;
  under_way.set(ids, aborting);
  const sent = form && { form, value: document.activeElement?.value };
  try {
    const response = await ask(url, ids, { method, body, signal: aborting.signal });
    const text = await response.text();
    if (!isPage(response)) {
      if (!leave(response)) toast(text);
      return undefined;
    }
    if (kind === "none" && location.href !== place) return undefined; // of the page before
    put(text, sent);
    const target = response.redirected ? response.url : method === "GET" ? new URL(url, location.href).href : "";
    if (target && kind !== "none") {
      history[kind === "replace" || target === location.href ? "replaceState" : "pushState"](history.state, "", target);
    }
    return response;
  } catch (error) {
    if (error.name !== "AbortError") toast("The service cannot be reached: try again.");
    return undefined;
  } finally {
    if (under_way.get(ids) === aborting) under_way.delete(ids);
  }
}

/** Send a request for fragments. */
export function ask(url, ids, { method = "GET", body, signal } = {}) {
  const headers = { "X-Fragment": ids, "X-Form-Token": document.querySelector("meta[name=form-token]").content };
  return fetch(url, { method, body, signal, headers });
}

export const isPage = (response) => response.headers.get("content-type")?.startsWith("text/html");

/** Go to the sign-in page if a response says that the session has ended. */
export function leave(response) {
  const place = response.headers.get("x-sign-in");
  if (place) location.assign(`${place}?next=${encodeURIComponent(location.pathname + location.search)}`);
  return Boolean(place);
}

/** Replace the elements that the text has under the same ids. What was entered in other forms than the sent one stays. */
export function put(text, sent) {
  const parsed = new DOMParser().parseFromString(text, "text/html");
  const kept = keep();
  const typed = new Map(fields().filter((field) => field.form !== sent?.form && field.value !== field.defaultValue).map((field) => [key(field), field.value]));
  for (const element of [...parsed.body.children]) {
    if (element.matches("[data-toast]")) toast(element);
    else document.getElementById(element.id)?.replaceWith(document.adoptNode(element));
  }
  for (const field of fields()) if (typed.has(key(field))) field.value = typed.get(key(field));
  restore(kept, sent?.value);
  document.dispatchEvent(new CustomEvent("swapped"));
}

const fields = () => [...document.querySelectorAll("form[method=post] :is(input:not([type]), [type=text], [type=tel], textarea)[name]")];
const key = ({ form, name }) => `${form.id || form.getAttribute("action")} ${name}`;

// What has the focus: found again by its id, or by its place among those of the same name.
function keep() {
  const element = document.activeElement;
  const scrolled = [...document.querySelectorAll("[id]")].filter((each) => each.scrollTop || each.scrollLeft);
  return {
    element,
    path: element?.id ? `#${CSS.escape(element.id)}` : named(element),
    place: element && !element.id ? [...document.querySelectorAll(named(element) || "_")].indexOf(element) : 0,
    value: element?.value,
    selection: typeof element?.selectionStart === "number" ? [element.selectionStart, element.selectionEnd] : null,
    scroll: scrolled.map((each) => [each.id, each.scrollTop, each.scrollLeft]),
  };
}

function named(element) {
  if (!element || element === document.body) return "";
  const tag = element.tagName.toLowerCase();
  for (const name of ["name", "href", "value"]) {
    const value = element.getAttribute(name);
    if (value !== null) return `${tag}[${name}="${CSS.escape(value)}"]`;
  }
  return tag;
}

function restore(kept, sentValue) {
  for (const [id, top, left] of kept.scroll) {
    document.getElementById(id)?.scrollTo({ top, left, behavior: "instant" });
  }
  if (!kept.path || document.contains(kept.element)) return;
  const found = document.querySelectorAll(kept.path);
  const element = found[kept.place] || found[0];
  if (!element) return;
  element.focus({ preventScroll: true });
  if (!kept.selection) return;
  if (kept.value !== sentValue) element.value = kept.value; // what was typed since the request
  element.setSelectionRange(...kept.selection);
}

/** Return the link of a click that this page answers itself; null if the browser does. */
export function clicked(event, links) {
  const isPlain = !(event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  return isPlain ? event.target.closest(links) : null;
}

document.addEventListener("click", (event) => {
  const link = clicked(event, "a[data-swap]");
  if (!link) return;
  event.preventDefault();
  swap(link.href, link.dataset.swap, { history: "replace" in link.dataset ? "replace" : "push" });
});

const sending = new WeakSet();

// A form that is on its way is not sent again: by a double click, it would be handled twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !sending.has(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  const ids = event.submitter?.dataset.swap ?? form.dataset.swap;
  if (event.defaultPrevented) return;
  if (form.method === "post") sending.add(form);
  if (!ids) return void setTimeout(() => sending.delete(form), 1000); // the answer may be a file
  event.preventDefault();
  const button = event.submitter;
  const data = new FormData(form, button);
  const action = button?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  const method = (button?.getAttribute("formmethod") || form.method).toUpperCase();
  const kind = "replace" in form.dataset ? "replace" : "push";
  if (method === "GET") {
    const url = new URL(action, location.href);
    url.search = new URLSearchParams([...data].filter(([, value]) => value !== ""));
    swap(url.href, ids, { history: kind });
  } else {
    const swapped = swap(action, ids, { method, body: new URLSearchParams(data), form, history: kind });
    if (form.dataset.show) swapped.then(() => document.getElementById(form.dataset.show)?.scrollIntoView());
    swapped.finally(() => sending.delete(form));
    swapped.then((response) => response && document.dispatchEvent(new CustomEvent("sent", { detail: form })));
  }
});

addEventListener("popstate", () => {
  if (!document.dispatchEvent(new CustomEvent("moved", { cancelable: true }))) return;
  swap(location.href, "main", { history: "none" }).then((response) => response || location.reload());
});

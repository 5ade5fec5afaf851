// data-drawer: a link opens its target beside the list, at its own URL. Esc closes it and gives the focus back.
import { ask, clicked, isPage, leave, put } from "./swap.js";
import { toast } from "./toast.js";

const CONTENT = "drawer-content";
const find = () => document.getElementById("drawer"); // the way back replaces it
let opener = null;
let list = (find()?.open && find().querySelector("a[data-close]")?.href) || location.href;

async function open(url) {
  const response = await ask(url, CONTENT);
  const text = await response.text();
  if (!isPage(response)) return void (leave(response) || toast(text));
  const drawer = find();
  if (!drawer.open) drawer.show();
  if (!document.getElementById(CONTENT)) drawer.append(Object.assign(document.createElement("div"), { id: CONTENT }));
  put(text);
  drawer.scrollTop = 0;
  const first = drawer.querySelector("[autofocus], h2");
  if (first?.matches("h2")) first.tabIndex = -1;
  first?.focus({ preventScroll: true });
  return true;
}

// Whether what it shows may go; asks if it has values that were not sent.
function mayGo() {
  const fields = [...find().querySelectorAll("input:not([type=hidden]), textarea")];
  return !fields.some((field) => field.value !== field.defaultValue) || confirm("Discard what you entered?");
}

export function close() {
  const drawer = find();
  if (!drawer?.open) return false;
  drawer.close();
  drawer.replaceChildren();
  const back = opener && (document.contains(opener) ? opener : document.querySelector(`a[href="${CSS.escape(opener.getAttribute("href"))}"]`));
  (back || document.getElementById("main")).focus({ preventScroll: true });
  return true;
}

/** Close the drawer, and go to the address of the list, unless another page of it is shown meanwhile. */
function end(event) {
  event.preventDefault();
  if (mayGo() && close() && location.pathname !== new URL(list).pathname) history.pushState(null, "", list);
}

document.addEventListener("click", (event) => {
  const drawer = find();
  if (event.target.closest("[data-close]") && drawer?.open) return end(event);
  const link = drawer && clicked(event, "a[data-drawer]");
  if (!link) return;
  event.preventDefault();
  if (!mayGo()) return;
  if (!drawer.contains(link)) {
    opener = link;
    if (!drawer.open) list = location.href;
  }
  open(link.href).then((opened) => opened && history.pushState({ drawer: true }, "", link.href));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !find()?.open || document.querySelector(":popover-open")) return;
  end(event);
});

document.addEventListener("swapped", () => {
  if (document.getElementById(CONTENT)?.childElementCount === 0) close(); // what it showed is gone
});

document.addEventListener("moved", (event) => {
  if (history.state?.drawer) open(location.href);
  else if (!find()?.open || location.href !== list) return void close();
  else close();
  event.preventDefault();
});

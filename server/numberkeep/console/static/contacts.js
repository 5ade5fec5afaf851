// The list of contacts: a selection that stays on other pages, with ranges, and the keys that move in the list.
import { swap } from "./swap.js";
import { toast } from "./toast.js";

const TYPING = "input:not([type=checkbox]), textarea, select";
const boxes = () => [...document.querySelectorAll(".pick [name=number]")];
const every = () => document.querySelector("[data-all]");
const chosen = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
let matching; // the conditions whose matches are all selected
let last = "";

// Boxes have what is selected on this page, hidden fields in #kept the rest.
function show() {
  const [found, kept, all] = [boxes(), document.getElementById("kept"), every()];
  if (matching !== undefined && matching !== all?.dataset.all) clear();
  if (matching !== undefined) {
    chosen.clear();
    found.forEach((box) => chosen.add(box.value));
  }
  if (all) all.checked = matching !== undefined;
  const elsewhere = new Set(chosen);
  found.forEach((box) => (box.checked = elsewhere.delete(box.value)));
  kept?.replaceChildren(...[...elsewhere].map(hidden));
  const many = matching === undefined ? String(chosen.size) : all.dataset.total;
  const rest = elsewhere.size ? `, ${elsewhere.size} not shown here` : "";
  for (const place of document.querySelectorAll("[data-picked]")) {
    place.textContent = (place.dataset.picked || (many === "1" ? "# contact" : "# contacts")).replace("#", many) + rest;
  }
  const page = document.querySelector("[data-pick-all]");
  if (!page) return;
  const here = found.filter((box) => box.checked).length;
  page.checked = here === found.length;
  page.indeterminate = here > 0 && !page.checked;
}

function hidden(value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "number", value });
  field.setAttribute("form", "selection");
  return field;
}

function choose(found, on) {
  if (!on) matching = undefined;
  const most = Number(document.getElementById("kept").dataset.most);
  for (const { value } of found) {
    if (!on) chosen.delete(value);
    else if (chosen.size < most) chosen.add(value);
    else if (!chosen.has(value)) toast(`At most ${most} contacts can be selected one by one: choose all that match for more.`);
  }
  show();
}

function clear() {
  chosen.clear();
  matching = undefined;
  show();
}

function pick(box, range) {
  const found = boxes();
  const [from, to] = [found.findIndex((each) => each.value === last), found.indexOf(box)];
  last = box.value;
  choose(range && from >= 0 ? found.slice(Math.min(from, to), Math.max(from, to) + 1) : [box], box.checked);
}

document.addEventListener("click", ({ target, shiftKey }) => {
  if (target.matches(".pick [name=number]")) pick(target, shiftKey);
  else if (target.matches("[data-pick-all]")) choose(boxes(), target.checked);
  else if (target.matches("[data-clear]")) clear();
  else if (target.matches("[data-all]")) {
    matching = target.checked ? target.dataset.all : undefined;
    show();
  }
});

document.addEventListener("keydown", (event) => {
  const done = event.key === "Escape" && event.target.closest("tbody .tag-form")?.querySelector("a");
  if (done) {
    event.preventDefault();
    done.focus();
    done.click();
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  if (document.querySelector(":popover-open") || event.target.closest("dialog")) return;
  const row = document.activeElement?.closest("tbody tr");
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: event.key === "j" ? "ArrowDown" : "ArrowUp", bubbles: true }));
  } else if (event.key.toLowerCase() === "x" && row) {
    const box = row.querySelector("[name=number]");
    if (!box) return;
    event.preventDefault();
    box.checked = !box.checked;
    pick(box, event.shiftKey);
  } else if (event.key === "Enter" && row && event.target.matches(".pick input")) {
    event.preventDefault();
    row.querySelector("[data-row]").click();
  } else if (event.key === "Escape" && chosen.size && !document.querySelector("dialog[open]")) clear();
});

document.addEventListener("sent", ({ detail }) => {
  if (detail.id !== "selection") return;
  clear();
  document.getElementById("main").focus({ preventScroll: true });
});
document.addEventListener("submit", ({ target, submitter }) => {
  if (target.id === "selection" && !submitter.dataset.swap) setTimeout(clear); // a file, which replaces no page
});

// The list is fetched again when the last action ends: in between it would lose the selection.
const isWorking = () => Boolean(document.querySelector("#work[data-events]"));
let working = isWorking();

document.addEventListener("swapped", () => {
  show();
  const before = working;
  working = isWorking();
  if (before && !working) swap(location.href, "list total", { history: "none" });
  document.querySelector("[data-focus]")?.focus();
});
show();

// The list of contacts: selection with ranges, and the keys that move in it.
import { swap } from "./swap.js";

const TYPING = "input:not([type=checkbox]), textarea, select";
const boxes = () => [...document.querySelectorAll(".pick [name=number]")];
let last = "";

function show() {
  const all = document.querySelector("[data-all]");
  const chosen = boxes().filter((box) => box.checked);
  const many = all?.checked ? all.dataset.all : String(chosen.length);
  const text = `${many} ${many === "1" ? "contact" : "contacts"}`;
  document.querySelectorAll("[data-picked]").forEach((place) => (place.textContent = place.matches(".picked-count") ? `${many} selected` : text));
  const every = document.querySelector("[data-pick-all]");
  if (!every) return;
  every.checked = chosen.length > 0 && chosen.length === boxes().length;
  every.indeterminate = chosen.length > 0 && !every.checked;
}

function pick(box, range) {
  const found = boxes();
  const from = found.findIndex((each) => each.value === last);
  const to = found.indexOf(box);
  if (range && from >= 0) found.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((each) => (each.checked = box.checked));
  last = box.value;
  const all = document.querySelector("[data-all]");
  if (all && !box.checked) all.checked = false;
  show();
}

document.addEventListener("click", (event) => {
  if (event.target.matches(".pick [name=number]")) pick(event.target, event.shiftKey);
  else if (event.target.matches("[data-pick-all]")) {
    boxes().forEach((box) => (box.checked = event.target.checked));
    const all = document.querySelector("[data-all]");
    if (all && !event.target.checked) all.checked = false;
    show();
  } else if (event.target.matches("[data-all]")) {
    if (event.target.checked) boxes().forEach((box) => (box.checked = true));
    show();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  if (event.target.closest("dialog, [popover]")) return;
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
  } else if (event.key === "Escape" && boxes().some((box) => box.checked) && !document.querySelector("dialog[open]")) {
    document.querySelectorAll(".pick input, [data-all]").forEach((box) => (box.checked = false));
    show();
  }
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

// data-shortcut="/": the key focuses or presses the element. Arrows move between the rows of a list ([data-rows] a).
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches(TYPING)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const found = [...document.querySelectorAll(`[data-shortcut="${CSS.escape(event.key)}"]`)].at(-1);
  if (found) {
    event.preventDefault();
    if (!found.matches("input, textarea")) return void found.click();
    found.focus();
    found.select();
  } else if (event.key === "/") {
    event.preventDefault();
    location.assign("/console/contacts?focus=search");
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const rows = [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.checkVisibility());
    if (!rows.length) return;
    const place = rows.findIndex((row) => row === document.activeElement || row.parentElement?.closest("tr, li")?.contains(document.activeElement));
    const next = rows[Math.max(0, Math.min(rows.length - 1, place + (event.key === "ArrowDown" ? 1 : -1)))];
    event.preventDefault();
    next.focus();
  }
});

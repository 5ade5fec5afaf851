// What was done, in a sentence that goes by itself, unless the reader points at it.
const SECONDS = 6;

export function toast(what) {
  const region = document.getElementById("toasts");
  const element =
    typeof what === "string" ? Object.assign(document.createElement("div"), { className: "toast", textContent: what }) : what;
  if (element.parentElement !== region) region.replaceChildren(document.adoptNode(element));
  const end = () => (element.matches(":hover, :focus-within") ? setTimeout(end, 1000) : element.remove());
  setTimeout(end, (element.querySelector("form") ? 3 : 1) * SECONDS * 1000);
}

document.querySelectorAll("#toasts [data-toast]").forEach(toast);

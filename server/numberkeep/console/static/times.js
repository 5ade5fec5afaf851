// <time data-relative>: relative to now, with the time in the reader's zone on hover.
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

export function showTimes() {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const at = new Date(element.dateTime);
    const text = shown(at);
    if (element.textContent !== text) element.textContent = text;
    element.title = full.format(at);
  }
}

function shown(at) {
  const seconds = (at - Date.now()) / 1000;
  if (Math.abs(seconds) > 7 * 86400) return day.format(at);
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) || ["", 0];
  return unit ? relative.format(Math.round(seconds / size), unit) : "now";
}

setInterval(showTimes, 30000);
document.addEventListener("swapped", showTimes);

// Starts everything. Each module works on attributes of the page, and listens on the document: what is swapped in later
// needs no start of its own.
import "./swap.js";
import "./drawer.js";
import "./keyboard.js";
import "./live.js";
import { showTimes } from "./times.js";
import "./copy.js";
import "./toast.js";
import "./upload.js";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !`${document.cookie};`.includes(`numberkeep_zone=${zone};`)) {
  document.cookie = `numberkeep_zone=${zone}; path=/console; samesite=strict; max-age=31536000`;
}
showTimes();

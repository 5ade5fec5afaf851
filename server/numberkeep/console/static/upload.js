// data-upload="ID": a form with a file sends itself when one is chosen, and shows how far the upload is.
import { leave, put } from "./swap.js";
import { toast } from "./toast.js";

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.type === "file" && target.files.length && target.form?.dataset.upload) target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.upload || event.defaultPrevented) return;
  event.preventDefault();
  send(event.target);
});

function send(form) {
  const request = new XMLHttpRequest();
  const shown = form.querySelector(".progress");
  const [bar, output] = [shown.querySelector("progress"), shown.querySelector("output")];
  shown.hidden = false;
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = loaded / total;
    output.textContent = `${Math.round((100 * loaded) / total)} %`;
  };
  request.onerror = () => failed("The upload was interrupted, and nothing of it was kept: choose the file again.");
  request.onload = () => {
    const page = request.getResponseHeader("content-type")?.startsWith("text/html");
    if (page && request.responseURL !== form.action) location.assign(request.responseURL);
    else if (page) put(request.response);
    else if (!leave({ headers: { get: (name) => request.getResponseHeader(name) } })) failed(request.response);
  };
  request.open("POST", form.action);
  request.setRequestHeader("X-Fragment", form.dataset.upload);
  request.send(new FormData(form));

  function failed(text) {
    shown.hidden = true;
    form.reset();
    toast(text);
  }
}

// data-outdates="ID": what this form changes has to be sent before what the element with this id offers.
document.addEventListener("change", ({ target }) => {
  const place = document.getElementById(target.form?.dataset.outdates || "_");
  for (const element of place?.querySelectorAll("button, [data-outdated]") ?? []) {
    if (element.matches("button")) element.disabled = true;
    else element.hidden = false;
  }
});

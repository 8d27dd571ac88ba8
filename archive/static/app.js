// Starts what every page needs: GOV.UK Frontend, htmx parts, one answer per press, questions before a deed, scans.
// Exports nothing: its address carries a version, and a second import without one would run it twice.

import { initAll } from "./vendor/govuk-frontend/govuk-frontend.min.js";
import { ask, notice } from "./say.js";
import "./wedge.js";
import "./sound.js";

const SENT = 10_000; // ms after which a form may be sent again although no page came (a download)
const words = document.body.dataset;

initAll();
scrollable(document);
document.body.addEventListener("htmx:load", ({ detail: { elt } }) => {
  // The swapped-in element may itself be a component, and initAll only looks inside; what is started already says so.
  if (elt !== document.body && elt.parentElement) initAll({ scope: elt.parentElement, onError: () => {} });
  scrollable(elt);
});

/** What is too wide for the page scrolls by itself, and must do so for the keyboard too. */
function scrollable(within) {
  for (const frame of within.querySelectorAll(".ak-table-frame")) {
    if (frame.scrollWidth <= frame.clientWidth) continue;
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", frame.querySelector("caption")?.textContent.trim() ?? "");
  }
}

const agreed = new WeakSet();
const sent = new WeakSet();

document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    const posts = form.getAttribute("method")?.toLowerCase() === "post"; // form.method may be a field of that name
    const question = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !agreed.delete(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(question, submitter?.textContent.trim() || words.textYes).then((yes) => {
        if (!yes) return;
        agreed.add(form);
        form.requestSubmit(submitter);
      });
    } else if (posts && sent.has(form) && !("many" in form.dataset)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (posts) {
      sent.add(form);
      form.setAttribute("aria-busy", "true");
      setTimeout(() => release(form), SENT);
      // A page's own script took it, and counts for itself; htmx says when it is done.
      setTimeout(() => event.defaultPrevented && !form.matches("[hx-post]") && release(form));
    }
  },
  { capture: true },
);

function release(form) {
  sent.delete(form);
  form.removeAttribute("aria-busy");
}

addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
document.body.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
  const form = elt.closest("form");
  if (form) release(form);
});
document.body.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, () => notice(words.textNoAnswer));
}
document.body.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if (xhr.status >= 500 && xhr.status !== 503) notice(words.textNoAnswer);
});

/** Tell whether something is written in a form of this page that is not saved yet. */
function unsaved() {
  const forms = "main form[method=post]:not([role=search])";
  return [...document.querySelectorAll(`${forms} :is(input, textarea, select)`)].some((field) => {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field instanceof HTMLSelectElement) {
      const chosen = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(chosen, 0);
    }
    return field.value !== field.defaultValue;
  });
}

// The notice of a wanted file that came with the page: read first, and closed by nothing but its own buttons.
document.querySelector("[data-stop]:has([data-stop-close]) [tabindex]")?.focus();
for (const close of document.querySelectorAll("[data-stop-close]")) {
  close.addEventListener("click", (event) => {
    event.preventDefault();
    close.closest("[data-stop]").remove();
  });
}

// Both listen on window, hence after every page's own listener on document, which calls preventDefault() when it has
// taken the scan. A field with data-scan-into takes the code when it has the focus; otherwise what was scanned is opened.
addEventListener("scan", async (event) => {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const { code } = event.detail;
  const field = document.activeElement;
  if (field?.matches("[data-scan-into]")) {
    field.value = code;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  } else if (!unsaved() || (await ask(words.textLeave))) {
    location.assign(`/S/${code}`);
  }
});
addEventListener("scan-unread", (event) => {
  if (!event.defaultPrevented) notice(words.textUnread);
});

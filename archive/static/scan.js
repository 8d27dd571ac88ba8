// The scan page: every scan gets its own id the moment it happens and waits in a queue until the server has answered it.
//
// They are sent one after another, so that a place chosen by one scan holds for the next. What cannot be sent stays in
// the queue, also over a reload, and is sent again with the same id; the server answers each id once.

import { play } from "./sound.js";
import { ask, notice } from "./say.js";

const AGAIN = 2000; // ms before a scan that got no answer is sent again
const PATIENCE = 15_000; // ms to wait for an answer
const ROWS = 100;
const page = document.getElementById("scan");
const form = document.getElementById("scan-form");
const field = form.elements.text;
const rows = document.getElementById("scan-rows");
const say = page.dataset;
const KEPT = `aktspar.scans ${say.task}`.trim(); // holds ids, codes and times, in this tab alone; each task has its own

let queue = [];
let context = { code: form.elements.context.value, name: "", above: "", hint: "" };
let here = []; // codes of the files put at the chosen place since it was chosen
let sending = false;
let failed = 0; // times the first in the queue has got no answer, and what is the matter
let trouble = "";
let wake = () => {};

/* What happens */

document.addEventListener("scan", (event) => {
  event.preventDefault(); // else app.js opens what was scanned
  add(event.detail.text);
});
document.addEventListener("scan-unread", (event) => {
  event.preventDefault();
  add(event.detail.text);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  add(field.value);
  field.value = "";
  field.focus({ preventScroll: true });
});
document.getElementById("scan-context-clear").addEventListener("click", (event) => {
  event.preventDefault();
  queue.push({ clear: true }); // in its turn: what was scanned before is still meant for the place
  keep();
  send();
});
document.getElementById("scan-discard").addEventListener("click", async (event) => {
  if (!(await ask(say.textDiscardAsk, event.target.textContent.trim()))) return;
  queue = [];
  keep();
  wake();
});
rows.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await post(event.target.action, {});
  if (answer.body) show(answer.body);
  else {
    play("refused");
    notice(answer.problem || say.textNoAnswer);
  }
  field.focus({ preventScroll: true });
});
addEventListener("online", () => wake());
addEventListener("beforeunload", (event) => {
  if (queue.length) event.preventDefault();
});

function add(text) {
  if (!text.trim()) return;
  // Not the key's own time: that clock stands still while a computer sleeps.
  const happened_at = new Date().toISOString();
  queue.push({ id: uuid(), text: text.trim(), happened_at, carry: form.elements.carry?.checked ?? false, task: say.task, by: say.by });
  keep();
  send();
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page over plain HTTP has no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte, n) => ([4, 6, 8, 10].includes(n) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

/* The queue */

async function send() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    const scan = queue[0];
    if (scan.clear) {
      choose(null);
    } else {
      scan.context ??= context.code; // fixed at the first try: the same id always means the same scan
      keep();
      const answer = await post(say.answers, { ...scan, sent_at: new Date().toISOString() });
      if (answer.again && queue[0] === scan) {
        failed += 1;
        trouble = answer.problem || say.textNoAnswer;
        showWaiting();
        await new Promise((go) => {
          wake = go;
          setTimeout(go, AGAIN);
        });
        continue;
      }
      if (answer.body) show(answer.body);
      else if (!answer.again) showLost(scan, answer.problem);
    }
    failed = 0;
    trouble = "";
    if (queue[0] === scan) queue.shift(); // or thrown away meanwhile
    keep();
  }
  sending = false;
}

/** Return the answer's body; or its problem, and whether to send the same again. */
async function post(address, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.ok) return { body: await answer.json() };
    if (answer.status === 401) return { again: true, problem: say.textSignIn };
    if (answer.status >= 500 || [408, 425, 429].includes(answer.status)) return { again: true };
    const problem = await answer.json();
    const again = ["changed_meanwhile", "scanned_by_another"].includes(problem.code);
    return { again, problem: problem.code === "changed_meanwhile" ? "" : problem.detail };
  } catch {
    return { again: true }; // no network, no server, half an answer
  }
}

/** Keep the queue over a reload, and show how much waits. */
function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ queue, context, here }));
  } catch {
    // storage is switched off or full: the queue lasts as long as the page
  }
  showWaiting();
}

function showWaiting() {
  const waiting = queue.filter((scan) => !scan.clear).length;
  const line = document.getElementById("scan-sent");
  line.classList.toggle("ak-scan__sent--waiting", waiting > 0 && (failed > 0 || waiting > 2));
  document.getElementById("scan-count").textContent = waiting;
  const problem = document.getElementById("scan-problem");
  const text = waiting ? trouble : "";
  if (problem.textContent !== text) problem.textContent = text; // else it would be read out each time
  document.getElementById("scan-sign-in").hidden = text !== say.textSignIn;
  document.getElementById("scan-discard").hidden = !waiting || failed < 3;
}

/* What is shown */

function show(answer) {
  play(answer.signal);
  showState(answer.state);
  document.getElementById("scan-none").hidden = true;
  showRow(answer.id, parse(answer.row));
  if (answer.context) choose(answer.context);
  else if (answer.clears) choose(null);
  else count(answer);
  if (answer.unknown) noteUnknown(answer.unknown);
  document.body.dispatchEvent(new CustomEvent("scanned")); // what stands beside the board may have changed
}

function parse(markup) {
  return document.createRange().createContextualFragment(markup.trim()).firstElementChild;
}

/** Lay the notice of a wanted file over the page, where no later scan takes it away before it is read. */
function stop() {
  const notice = document.querySelector("#scan-state [data-stop]");
  if (!notice) return;
  document.body.append(notice);
  notice.querySelector("[tabindex]").focus(); // not a link: the scanner's own Enter would press it
  notice.querySelector("[data-stop-on]").addEventListener("click", (event) => {
    event.preventDefault();
    notice.remove();
    form.elements.text.focus();
  });
}

/** Change the state in place: a new element would not be read out. */
function showState(markup) {
  const state = document.getElementById("scan-state");
  const fresh = parse(markup);
  state.className = fresh.className;
  state.dataset.outcome = fresh.dataset.outcome;
  state.replaceChildren(...fresh.childNodes);
  stop();
  if (matchMedia("(prefers-reduced-motion: no-preference)").matches) {
    state.animate([{ transform: "translateY(-6px)", opacity: 0.4 }, {}], { duration: 160, easing: "ease-out" });
  }
  const { top, bottom } = state.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) document.getElementById("scan-context").scrollIntoView();
}

function showRow(id, row) {
  const known = document.getElementById(`scan-${id}`);
  if (known) known.replaceWith(row);
  else rows.prepend(row);
  while (rows.children.length > ROWS) rows.lastElementChild.remove();
}

/** A scan the server will never take is not lost without a word, and no file is put where nobody meant. */
function showLost(scan, problem) {
  play("refused");
  const [state, row] = document.getElementById("scan-lost").content.cloneNode(true).children;
  for (const part of [state, row]) {
    part.querySelector("[data-what]").textContent = scan.text;
    part.querySelector("[data-why]").textContent = problem || say.textRefused;
  }
  showState(state.outerHTML);
  showRow(scan.id, row);
  choose(null);
}

function choose(place) {
  if (place?.code !== context.code) here = [];
  context = place ?? { code: "", name: "", above: "", hint: "" };
  form.elements.context.value = context.code;
  document.getElementById("scan-context-name").textContent = context.name || say.textNoPlace;
  document.getElementById("scan-context-above").textContent = context.above;
  const hint = document.getElementById("scan-context-hint");
  hint.textContent = context.hint;
  hint.hidden = !context.hint;
  document.getElementById("scan-context").classList.toggle("ak-scan__context--none", !context.code);
  document.getElementById("scan-context-clear").hidden = !context.code;
  history.replaceState(null, "", context.code ? `?place=${encodeURIComponent(context.code)}` : location.pathname);
  showHere();
}

function count({ signal, file, undone }) {
  if (undone) here = here.filter((code) => code !== file);
  else if (signal === "ok" && file && context.code && !here.includes(file)) here.push(file);
  showHere();
}

function showHere() {
  document.getElementById("scan-here").hidden = !context.code;
  document.getElementById("scan-here-count").textContent = here.length;
}

function noteUnknown(code) {
  const list = document.getElementById("scan-unknown");
  if (!list) return;
  const known = [...list.children].find((item) => item.querySelector(".ak-code").textContent.trim() === code);
  known?.remove();
  const item = document.createElement("li");
  const shown = document.createElement("span");
  shown.className = "ak-code";
  shown.textContent = code;
  item.append(shown, context.name ? ` ${context.name}` : "");
  list.prepend(item);
  list.closest("details").open = true;
}

/* The beginning */

function restore() {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    // storage is switched off, or holds what is not ours
  }
  if (context.code) {
    context.name = document.getElementById("scan-context-name").textContent;
    context.above = document.getElementById("scan-context-above").textContent;
    context.hint = document.getElementById("scan-context-hint").textContent;
  }
  queue = kept?.queue ?? [];
  if (queue.length && kept.context.code !== context.code) choose(kept.context); // what waits was scanned for that place
  here = kept?.context.code === context.code ? kept.here : [];
  showHere();
  showWaiting();
  send();
}

document.getElementById("scan-script").hidden = false;
for (const button of document.querySelectorAll("[data-sound-toggle]")) button.hidden = false;
restore();
if (matchMedia("(pointer: coarse)").matches) field.blur(); // else the screen's keyboard hides half the page
else field.focus({ preventScroll: true });
scrollTo(0, 0); // the field had the focus from the start, for those without scripts

stop();

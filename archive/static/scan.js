// The scan page: every scan gets its own id the moment it happens and waits in a queue until the server has answered it.
//
// They are sent one after another, so that a place chosen by one scan holds for the next. What cannot be sent stays in
// the queue and is sent again with the same id; the server answers each id once.

import { play } from "./sound.js";

const AGAIN = 2000; // ms before a scan that got no answer is sent again
const page = document.getElementById("scan");
const form = document.getElementById("scan-form");
const field = form.elements.text;
const say = page.dataset;
const queue = [];
let sending = false;
let context = form.elements.context.value;

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page over plain HTTP has no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte, n) => ([4, 6, 8, 10].includes(n) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

function add(text, at = Date.now()) {
  if (!text.trim()) return;
  queue.push({ id: uuid(), text: text.trim(), happened_at: new Date(at).toISOString(), carry: form.elements.carry.checked });
  showWaiting();
  send();
}

async function send() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    const scan = queue[0];
    scan.context ??= context; // fixed at the first try: the same id always means the same scan
    const answer = await post(scan);
    if (!answer) {
      await new Promise((go) => setTimeout(go, AGAIN));
      continue;
    }
    queue.shift();
    showWaiting();
    show(answer);
  }
  sending = false;
}

/** Return the answer, or nothing when the scan must be sent again. */
async function post(scan) {
  try {
    const answer = await fetch(say.answers, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ ...scan, sent_at: new Date().toISOString() }),
      redirect: "manual",
    });
    if (answer.ok) return await answer.json();
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      showWaiting(say.textSignIn);
      return null;
    }
    if (answer.status >= 500 || answer.status === 429) {
      showWaiting();
      return null;
    }
    const problem = await answer.json().catch(() => ({}));
    return { signal: "refused", problem: problem.detail || say.textRefused };
  } catch {
    showWaiting();
    return null;
  }
}

function show(answer) {
  play(answer.signal);
  if (answer.problem) {
    showWaiting(answer.problem);
    return;
  }
  document.getElementById("scan-answer").innerHTML = answer.state;
  document.getElementById("scan-none").hidden = true;
  const rows = document.getElementById("scan-rows");
  document.getElementById(`scan-${answer.id}`)?.remove();
  rows.insertAdjacentHTML("afterbegin", answer.row);
  window.htmx?.process(rows.firstElementChild);
  if (answer.context) choose(answer.context);
  if (answer.unknown) noteUnknown(answer.unknown);
}

function choose({ code, name }) {
  context = code;
  form.elements.context.value = code;
  document.getElementById("scan-context-name").textContent = name;
  document.getElementById("scan-context-clear").hidden = false;
  history.replaceState(null, "", `?place=${encodeURIComponent(code)}`);
}

function noteUnknown(code) {
  const list = document.getElementById("scan-unknown");
  if ([...list.querySelectorAll(".ak-code")].some((known) => known.textContent === code)) return;
  const item = document.createElement("li");
  const shown = document.createElement("span");
  shown.className = "ak-code";
  shown.textContent = code;
  item.append(shown);
  list.prepend(item);
  list.closest("details").open = true;
}

function showWaiting(problem) {
  const line = document.getElementById("scan-sent");
  const waiting = say.textWaiting.replace("%(count)s", queue.length);
  const texts = [problem, queue.length ? waiting : problem ? "" : say.textSent];
  line.textContent = texts.filter(Boolean).join(" ");
  line.classList.toggle("ak-scan__sent--waiting", queue.length > 0 || Boolean(problem));
}

document.addEventListener("scan", (event) => {
  event.preventDefault(); // else app.js opens what was scanned
  add(event.detail.text, event.detail.at);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  add(field.value);
  field.value = "";
  field.focus();
});
addEventListener("beforeunload", (event) => {
  if (queue.length) event.preventDefault();
});
addEventListener("online", send);
for (const button of document.querySelectorAll("[data-sound-toggle]")) button.hidden = false;
field.focus();

// One short sound and one vibration per outcome, different enough to be told apart without looking.
//
// Played by play("ok"), or when the server answers an htmx request with the header `HX-Trigger: {"outcome": "ok"}`.
// A button with data-sound-toggle turns sound on and off; the choice stays in this browser.

const SILENT = "aktspar.silent";
// [frequency Hz, start ms, length ms, wave]
const TONES = {
  ok: [[880, 0, 70, "sine"], [1320, 75, 110, "sine"]],
  info: [[660, 0, 140, "sine"]],
  warning: [[440, 0, 130, "triangle"], [440, 190, 130, "triangle"]],
  refused: [[170, 0, 420, "sawtooth"]],
  wanted: [[990, 0, 120, "square"], [660, 130, 120, "square"], [990, 260, 120, "square"], [660, 390, 160, "square"]],
};
const VIBRATIONS = { ok: [40], info: [80], warning: [60, 60, 60], refused: [350], wanted: [120, 60, 120, 60, 300] };

let context = null;

export function muted() {
  try {
    return localStorage.getItem(SILENT) === "yes";
  } catch {
    return false; // storage is switched off
  }
}

export function setMuted(silent) {
  try {
    localStorage.setItem(SILENT, silent ? "yes" : "no");
  } catch {
    // the choice then lasts as long as the page
  }
  showChoice();
}

export function play(outcome) {
  if (muted() || !(outcome in TONES)) return;
  navigator.vibrate?.(VIBRATIONS[outcome]);
  context ??= new AudioContext();
  context.resume().catch(() => {});
  for (const [frequency, start, length, wave] of TONES[outcome]) {
    const from = context.currentTime + start / 1000;
    const to = from + length / 1000;
    const tone = new OscillatorNode(context, { type: wave, frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(wave === "sine" ? 0.5 : 0.25, from + 0.008);
    volume.gain.setValueAtTime(wave === "sine" ? 0.5 : 0.25, to - 0.02);
    volume.gain.linearRampToValueAtTime(0, to);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(to);
  }
  document.dispatchEvent(new CustomEvent("played", { detail: { outcome } }));
}

function showChoice() {
  for (const button of document.querySelectorAll("[data-sound-toggle]")) {
    button.setAttribute("aria-pressed", String(!muted()));
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-sound-toggle]")) return;
  setMuted(!muted());
  play("info");
});
document.body.addEventListener("outcome", (event) => play(event.detail.value));
document.body.addEventListener("htmx:load", showChoice);
showChoice();

// Catches a hand-held scanner that types like a keyboard, wherever the focus is.
//
// A burst is read from KeyboardEvent.code, so the computer's keyboard layout does not matter. It is a scan when it ends
// with Enter, Tab or a comma, its last ten characters are a valid code and its keys came faster than a person types.
// Then: the focused field gets its text back and `scan` {code, text, at} is fired on document. Nobody handling it
// (preventDefault) means: app.js opens /S/CODE. `scan-unread` {text} is fired for a burst that is no code of ours, if nothing
// was there to write it in.

const GAP = 60; // ms between two keys of one burst, at most
const PACE = 40; // ms between keys on average, at most
const ECHO = 100; // ms in which a second suffix (CR LF) of the same scan is swallowed
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
const SIGNS = {
  Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", IntlBackslash: "\\|", Semicolon: ";:",
  Quote: "'\"", Backquote: "`~", Comma: ",<", Period: ".>", Slash: "/?", Space: "  ", NumpadDivide: "//",
  NumpadMultiply: "**", NumpadSubtract: "--", NumpadAdd: "++", NumpadDecimal: "..",
};
const SHIFTED_DIGITS = ")!@#$%^&*(";
const SUFFIXES = new Set(["Enter", "NumpadEnter", "Tab", "Comma"]);

/** The sum of ISO 7064 mod 37-2 over all ten characters is 1. */
export function valid(code) {
  let sum = 0;
  for (const character of code) sum = (sum * 2 + ALPHABET.indexOf(character)) % 37;
  return sum === 1;
}

/** The code at the end of what was read, or null; O is read as 0, I and L as 1. */
export function trailingCode(text) {
  const match = /(?:^|[^0-9A-Z])([0-9A-TV-Z]{10})$/.exec(text.toUpperCase());
  if (!match) return null;
  const code = match[1].replaceAll("O", "0").replace(/[IL]/g, "1");
  return valid(code) ? code : null;
}

/** The character of a key on a US keyboard, whatever the computer's layout makes of it. */
function character(event) {
  const { code, shiftKey } = event;
  if (/^Key[A-Z]$/.test(code)) return code[3];
  if (/^Digit\d$/.test(code)) return shiftKey ? SHIFTED_DIGITS[code[5]] : code[5];
  if (/^Numpad\d$/.test(code)) return code[6];
  if (code in SIGNS) return SIGNS[code][shiftKey ? 1 : 0];
  return code === "" && event.key.length === 1 ? event.key : null;
}

/** Remember a field's content; the answer puts it back. */
function remember(field) {
  if (field instanceof HTMLSelectElement) {
    const index = field.selectedIndex;
    return () => {
      if (field.selectedIndex === index) return;
      field.selectedIndex = index;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    };
  }
  if (!writable(field) || field.isContentEditable) return () => {};
  const { value } = field;
  let start = null;
  let end = null;
  try {
    [start, end] = [field.selectionStart, field.selectionEnd];
  } catch {
    // a number or date field has no selection
  }
  return () => {
    if (field.value === value) return;
    field.value = value;
    if (start !== null) field.setSelectionRange(start, end);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
}

function writable(field) {
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || Boolean(field?.isContentEditable);
}

let text = "";
let first = 0;
let last = -Infinity;
let taken = -Infinity;
let putBack = () => {};

function forget() {
  text = "";
  last = -Infinity;
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function finish(event) {
  const read = text;
  const fast = read.length > 0 && event.timeStamp - last <= GAP && (event.timeStamp - first) / read.length < PACE;
  const code = fast ? trailingCode(read) : null;
  if (code) {
    swallow(event);
    putBack();
    taken = event.timeStamp;
    const at = Math.round(performance.timeOrigin + event.timeStamp);
    document.dispatchEvent(new CustomEvent("scan", { bubbles: true, cancelable: true, detail: { code, text: read, at } }));
  } else if (fast && read.length >= 6 && event.code !== "Comma" && !writable(document.activeElement)) {
    swallow(event); // or the suffix would press whatever has the focus
    putBack();
    taken = event.timeStamp;
    document.dispatchEvent(new CustomEvent("scan-unread", { bubbles: true, cancelable: true, detail: { text: read } }));
  }
  return code;
}

document.addEventListener(
  "keydown",
  (event) => {
    if (event.isComposing || event.repeat || ["Shift", "CapsLock"].includes(event.key)) return;
    const suffix = SUFFIXES.has(event.code) || event.key === "Enter" || event.key === "Tab";
    if (suffix && event.code !== "Comma" && event.timeStamp - taken < ECHO && !text) {
      swallow(event);
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) {
      forget();
      return;
    }
    if (suffix && (finish(event) || event.code !== "Comma")) {
      forget();
      return;
    }
    const typed = character(event);
    if (typed === null) {
      forget();
      return;
    }
    if (event.timeStamp - last > GAP) {
      text = "";
      first = event.timeStamp;
      putBack = remember(document.activeElement);
    }
    text += typed;
    last = event.timeStamp;
  },
  { capture: true },
);

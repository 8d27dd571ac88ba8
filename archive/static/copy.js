// Copies an answer to be pasted elsewhere: <button data-copy="ID" data-copied="what to say" hidden> beside it.

import { notice } from "./say.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false; // of no use without this script
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const done = await copied(source);
    notice(done ? button.dataset.copied : button.dataset.notCopied);
  });
}

/** Put a text on the clipboard; where the browser refuses, select it so that the keyboard's own copy takes it. */
async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return false;
  }
}

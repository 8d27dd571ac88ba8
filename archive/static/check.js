// The checking desk: what the scanner reads, a label or a printed command, is written into the desk's field and sent,
// but for the label of what lay in a cover, which is scanned into its own field.

const form = document.getElementById("desk");
const field = form.elements.text;

for (const kind of ["scan", "scan-unread"]) {
  document.addEventListener(kind, (event) => {
    if (document.activeElement?.matches("[data-scan-into]")) return; // app.js writes the code there
    event.preventDefault(); // else app.js opens what was scanned, or says that it is no code
    if (document.querySelector("[data-stop]")) return; // what is wanted is read and answered first
    field.value = event.detail.text;
    form.requestSubmit();
  });
}
if (!document.querySelector("[data-stop]")) field.focus({ preventScroll: true });

// The checking desk: what the scanner reads, a label or a printed command, is written into the desk's field and sent.

const form = document.getElementById("desk");
const field = form.elements.text;

for (const kind of ["scan", "scan-unread"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault(); // else app.js opens what was scanned, or says that it is no code
    if (document.querySelector("[data-stop]")) return; // what is wanted is read and answered first
    field.value = event.detail.text;
    form.requestSubmit();
  });
}
if (!document.querySelector("[data-stop]")) field.focus({ preventScroll: true });

// What a page's scripts say to a person: a line at the foot of the page, a question in a dialog.

const words = document.body.dataset;

/** Show a line at the foot of the page that is also read out; nothing takes it away. */
export function notice(text) {
  const place = document.getElementById("notice");
  place.replaceChildren();
  if (!text) return;
  const line = document.createElement("p");
  line.textContent = text;
  place.append(line);
}

/** Ask a question in a dialog; resolves to true or false. The safe answer comes first and has the focus. */
export function ask(question, yes = words.textYes) {
  return new Promise((answer) => {
    const dialog = document.createElement("dialog");
    dialog.className = "ak-dialog";
    dialog.setAttribute("aria-labelledby", "ak-dialog-question");
    const heading = document.createElement("h2");
    heading.id = "ak-dialog-question";
    heading.className = "govuk-heading-m";
    heading.textContent = question;
    const row = document.createElement("div");
    row.className = "govuk-button-group";
    row.append(choice(dialog, words.textNo, "no"), choice(dialog, yes, "yes"));
    dialog.append(heading, row);
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function choice(dialog, text, value) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = value === "no" ? "govuk-button govuk-button--secondary" : "govuk-button";
  button.textContent = text;
  button.addEventListener("click", () => dialog.close(value));
  return button;
}

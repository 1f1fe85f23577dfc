// Forms: form[data-autosubmit] is sent when a choice in it changes, form[data-guard] asks before what was typed
// is lost, and what has the attribute data-focus (the summary of errors) is read first.
const PAUSE = 400; // milliseconds: arrow keys run through a list without sending each value
const changed = new Set();
let timer;

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-guard]")) changed.add(form);
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-autosubmit]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => form.requestSubmit(), PAUSE);
});

document.addEventListener("submit", (event) => changed.delete(event.target));

addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

// A form that came back with errors holds what was typed, though nothing has changed since.
const returned = document.querySelector("[data-focus]");
returned?.focus();
if (returned?.closest("[data-guard]")) changed.add(returned.closest("[data-guard]"));

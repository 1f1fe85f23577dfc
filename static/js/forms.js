// form[data-guard] asks before what was typed is lost; what has data-focus (the summary of errors) is read first.
const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-guard]")) changed.add(form);
});

document.addEventListener("submit", (event) => changed.delete(event.target));

addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

// A form that came back with errors holds what was typed, though nothing has changed since.
const returned = document.querySelector("[data-focus]");
returned?.focus();
if (returned?.closest("[data-guard]")) changed.add(returned.closest("[data-guard]"));

// A link to a field of a form (the page of data quality has them) leads into it.
if (location.hash.startsWith("#id_")) document.getElementById(location.hash.slice(1))?.focus();

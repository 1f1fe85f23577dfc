// form[data-guard] asks before what was typed is lost; what has data-focus (the summary of errors) is read first.
const changed = new Set();

const HERE = 300000; // milliseconds: so often at most is the server told that somebody is typing
let told = Date.now();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-guard]")) return;
  changed.add(form);
  if (Date.now() - told < HERE) return;
  told = Date.now();
  fetch(location, { method: "HEAD" }).catch(() => {}); // else the session would end while a long form is filled in
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

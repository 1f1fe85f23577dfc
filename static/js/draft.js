// form[data-draft] keeps itself: in this browser at each change, on the server some seconds later, when there is one.
const form = document.querySelector("form[data-draft]");
const note = form.querySelector("[data-saved]");
const place = `draft ${form.dataset.draft} ${form.dataset.person}`;
const PAUSE = 3000; // milliseconds without typing, after which the server is told
const AGAIN = 10000; // until the next attempt, where the server was not reached
const OWN = ["csrfmiddlewaretoken"]; // never kept
let timer, waiting, running;

const typed = () => [...new FormData(form)].filter(([name, value]) => !OWN.includes(name) && typeof value === "string");

function keep() {
  localStorage.setItem(place, JSON.stringify(typed()));
  note.textContent = form.dataset.unsaved;
}

async function send(entries) {
  const body = new URLSearchParams(entries);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(form.dataset.draft, { method: "POST", body, signal: AbortSignal.timeout(30000) });
  return { status: answer.status, told: await answer.json() };
}

function heard({ status, told }) {
  if (status === 410) {
    localStorage.removeItem(place);
    location.assign(told.location);
  }
  for (const name of ["draft", "version", "revision"]) if (name in told) form.elements[name].value = told[name];
  note.textContent = told.text ?? form.dataset.unsaved;
  if (status === 200) localStorage.setItem(place, JSON.stringify(typed()));
}

async function save() {
  clearTimeout(timer);
  if (running) {
    waiting = true;
    return;
  }
  running = true;
  try {
    heard(await send(typed()));
  } catch {
    note.textContent = form.dataset.unsaved;
    timer = setTimeout(save, AGAIN);
  }
  running = false;
  if (waiting) {
    waiting = false;
    later();
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

// What an earlier page of this browser kept and could not send comes back, under the key of that page.
async function restore() {
  const kept = JSON.parse(localStorage.getItem(place) ?? "[]");
  const was = Object.fromEntries(kept);
  if (!kept.length || was.submission_key === form.elements.submission_key.value) return;
  try {
    const { status, told } = await send(kept);
    if (![200, 409].includes(status)) return localStorage.removeItem(place); // it was sent, or is another's by now
    for (const name of ["draft", "version", "revision"]) if (name in told) was[name] = told[name];
  } catch {
    // Not reached: what was typed comes back all the same.
  }
  for (const field of form.elements) {
    if (OWN.includes(field.name) || !field.name) continue;
    if (field.type === "checkbox") field.checked = field.name in was;
    else if (field.name in was) field.value = was[field.name];
  }
  note.textContent = form.dataset.restored;
}

form.addEventListener("input", () => {
  keep();
  later();
});
addEventListener("online", save);
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  keep();
  if (navigator.onLine) return;
  event.preventDefault();
  note.textContent = form.dataset.offline;
});
if (!form.querySelector("[data-focus]")) restore(); // a form that came back with errors holds what was typed

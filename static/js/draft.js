// form[data-draft] keeps itself: in this browser at each change, on the server some seconds later, when there is one.
// Files go to the server as soon as photos.js has prepared them, and are listed in [data-enclosed].
const form = document.querySelector("form[data-draft]");
const note = form.querySelector("[data-saved]");
const place = `draft ${form.dataset.draft} ${form.dataset.person}`;
const PAUSE = 3000; // milliseconds without typing, after which the server is told
const AGAIN = 10000; // until the next attempt, where the server was not reached
const OWN = ["csrfmiddlewaretoken"]; // never kept
const PATIENCE = 30000; // until the server counts as not reached; ten times that with files
let timer, waiting, running;
let files = null; // the input whose files go along with the next save

const typed = () => [...new FormData(form)].filter(([name, value]) => !OWN.includes(name) && typeof value === "string");

function keep() {
  localStorage.setItem(place, JSON.stringify(typed()));
  note.textContent = form.dataset.unsaved;
}

async function send(entries, enclosed = []) {
  const body = enclosed.length ? new FormData() : new URLSearchParams();
  for (const [name, value] of entries) body.append(name, value);
  for (const file of enclosed) body.append("files", file);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const signal = AbortSignal.timeout(enclosed.length ? 10 * PATIENCE : PATIENCE);
  const answer = await fetch(form.dataset.draft, { method: "POST", body, signal });
  return { status: answer.status, told: await answer.json() };
}

function heard({ status, told }) {
  if ("location" in told) {
    // It was sent meanwhile: there is nothing to keep.
    localStorage.removeItem(place);
    return location.assign(told.location);
  }
  for (const name of ["draft", "version", "revision"]) if (name in told) form.elements[name].value = told[name];
  note.textContent = told.text ?? form.dataset.unsaved;
  if (status === 200) localStorage.setItem(place, JSON.stringify(typed()));
}

async function attempt() {
  const input = files;
  try {
    if (input) note.textContent = form.dataset.sending;
    const answer = await send(typed(), input?.files);
    heard(answer);
    files = null;
    if (answer.told.enclosed === undefined) return; // not kept: they go along when the form itself is sent
    const list = new DOMParser().parseFromString(answer.told.enclosed, "text/html");
    form.querySelector("[data-enclosed]").replaceChildren(...list.body.childNodes);
    input.value = "";
  } catch {
    note.textContent = form.dataset.unsaved;
    timer = setTimeout(save, AGAIN);
  }
}

async function save() {
  clearTimeout(timer);
  if (running) {
    waiting = true;
    return;
  }
  running = attempt();
  await running;
  running = null;
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
    if ("location" in told || ![200, 409].includes(status)) return localStorage.removeItem(place); // sent, or another's
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
form.addEventListener("prepared", (event) => {
  files = event.target;
  save();
});
document.getElementById("take-off").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { target, submitter } = event;
  const answer = await fetch(target.action, { method: "POST", body: new FormData(target, submitter), redirect: "manual" });
  if (answer.type === "opaqueredirect") submitter.closest("li").remove();
});
addEventListener("online", save);
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  keep();
  if (!navigator.onLine) {
    event.preventDefault();
    note.textContent = form.dataset.offline;
  } else if (running && files) {
    event.preventDefault(); // the files are under way; once more is once too often
    running.finally(() => form.requestSubmit(event.submitter));
  }
});
if (!form.querySelector("[data-focus]")) restore(); // a form that came back with errors holds what was typed

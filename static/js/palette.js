// The keyboard palette: Ctrl+K (or Cmd+K) opens a search over everything; arrow keys walk through what it finds.
const palette = document.getElementById("palette");
const PATIENCE = 200; // milliseconds after the last letter typed
let asked = 0;
let timer;

async function ask(input, finds) {
  const number = ++asked;
  const text = input.value.trim();
  if (!text) {
    finds.replaceChildren();
    return;
  }
  const query = new URLSearchParams({ q: text, part: "palette" });
  const answer = await fetch(`${palette.dataset.url}?${query}`, { headers: { "X-Requested-With": "fetch" } });
  if (number !== asked) return;
  if (!answer.ok || answer.redirected) {
    location.assign(`${palette.dataset.url}?${new URLSearchParams({ q: text })}`);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  finds.replaceChildren(...page.body.childNodes);
}

function step(stops, by) {
  const now = stops.indexOf(document.activeElement);
  stops[Math.min(stops.length - 1, Math.max(0, now + by))]?.focus();
}

if (palette) {
  const input = palette.querySelector("input");
  const finds = palette.querySelector(".palette-finds");

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (!palette.open) palette.showModal();
    input.focus();
    input.select();
  });
  palette.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    step([input, ...finds.querySelectorAll("a")], by);
  });
  palette.querySelector("[data-close]").addEventListener("click", () => palette.close());
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(input, finds), PATIENCE);
  });
}

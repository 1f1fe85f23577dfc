// Keyboard shortcuts: "/" goes to the search box, "g" and a letter to a page, "?" shows the list.
// The list in components/shortcuts.html holds the addresses and the switch; single keys must be possible to turn off.
const list = document.getElementById("shortcuts");
const pages = new Map([...(list?.querySelectorAll("[data-key]") ?? [])].map((row) => [row.dataset.key, row.dataset.url]));
const toggle = list?.querySelector("[data-shortcuts-on]");
const SETTING = "shortcuts";
const PATIENCE = 1500; // milliseconds between "g" and its letter
let leader = 0;

function onKey(event) {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !toggle.checked) return;
  const search = document.getElementById("search");
  const url = event.timeStamp - leader < PATIENCE && pages.get(event.key);
  leader = event.key === "g" ? event.timeStamp : 0;
  if (url) {
    location.assign(url);
  } else if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "?") {
    list.togglePopover();
  }
}

if (toggle) {
  toggle.checked = localStorage.getItem(SETTING) !== "off";
  toggle.addEventListener("change", () => localStorage.setItem(SETTING, toggle.checked ? "on" : "off"));
  document.addEventListener("keydown", onKey);
}

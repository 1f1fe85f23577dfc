// Look-ups of the administration get the name of their field: the library that draws them leaves it out.
const nameOf = (select) =>
  select.getAttribute("aria-label") || select.labels[0]?.textContent.trim().replace(/[:：]$/, "");

const nameAll = () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const drawn = select.nextElementSibling;
    const parts = drawn?.querySelectorAll("[role]:not([aria-label]), input:not([aria-label])") ?? [];
    for (const part of parts) {
      part.setAttribute("aria-label", nameOf(select) ?? select.name);
    }
  }
};

nameAll();
new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });

// button[data-print] prints the page; button[data-copy] copies the text of what its selector names, and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-print], button[data-copy]");
  if (!button) return;
  if ("print" in button.dataset) return print();
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).innerText);
  button.textContent = button.dataset.done;
});

// Browsers have no clipboard for pages that came without TLS.
for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = !navigator.clipboard;

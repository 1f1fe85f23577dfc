// Lists swap their results (templates/generic/list.html). An answer without results, be it an error or the sign-in
// page, is opened as the page it is; and whoever came by keyboard stays where the results begin.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { pathInfo, target, xhr } = event.detail;
  if (target.id !== "results" || (xhr.status === 200 && xhr.responseText.includes('id="results"'))) return;
  event.preventDefault();
  location.assign(pathInfo.finalRequestPath);
});

document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.getElementById("results")?.focus({ preventScroll: true });
});

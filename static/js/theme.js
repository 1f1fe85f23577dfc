// The choice of colours takes effect without loading the page again; the cookie is the one the server sets.
const YEAR = 365 * 24 * 60 * 60;

for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    const theme = event.submitter.value;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    event.preventDefault();
    document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    document.documentElement.dataset.theme = theme;
    for (const button of form.elements) {
      if (button.name === "theme") button.setAttribute("aria-pressed", button.value === theme);
    }
  });
}

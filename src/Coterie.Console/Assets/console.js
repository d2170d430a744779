// What no page can do without a script of the browser's own: the theme before the first paint, the clipboard, and keys on what is drawn.
(() => {
  const root = document.documentElement;
  const remembered = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };

  const theme = remembered();
  if (theme === "light" || theme === "dark") {
    root.dataset.theme = theme;
  }

  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  const toggleTheme = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // It lasts until the page is loaded again.
    }
  };

  const copy = async (button) => {
    const text = button.dataset.copy === "link" ? location.href : document.getElementById(button.dataset.copy).textContent;
    const said = button.querySelector("[data-said]");
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied";
    } catch {
      said.textContent = "Not allowed here";
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) {
      return;
    }

    if ("themeToggle" in button.dataset) {
      toggleTheme();
    } else if ("reload" in button.dataset) {
      location.reload();
    } else if (button.dataset.copy) {
      copy(button);
    }
  });

  // A drawn button is pressed by the keys that press any other.
  document.addEventListener("keydown", (event) => {
    const drawn = event.target.closest("svg [role=button]");
    if (drawn && (event.key === " " || event.key === "Enter")) {
      event.preventDefault();
      drawn.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
  });
})();

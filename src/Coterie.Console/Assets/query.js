// What the editor needs of the browser: where the caret is, keys that choose a suggestion instead of moving it, and a limit that is said.
(() => {
  globalThis.coterieQuery = {
    caret: (id) => document.getElementById(id)?.selectionStart ?? 0,
    write: (id, text, caret) => {
      const area = document.getElementById(id);
      area.value = text;
      area.focus();
      area.setSelectionRange(caret, caret);
    },
  };

  document.addEventListener("keydown", (event) => {
    const area = event.target.closest?.("textarea[data-limit]");
    if (!area) {
      return;
    }

    const runs = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    const suggests = event.key === " " && event.ctrlKey;
    const moves = area.dataset.completing && (event.key === "ArrowDown" || event.key === "ArrowUp");
    const takes = area.hasAttribute("aria-activedescendant") && (event.key === "Enter" || event.key === "Tab");
    if (runs || suggests || moves || takes) {
      event.preventDefault();
    }
  });

  // Refused whole, before it is anywhere: a part of a statement is another statement.
  document.addEventListener("beforeinput", (event) => {
    const area = event.target.closest?.("textarea[data-limit]");
    if (!area) {
      return;
    }

    const inserted = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
    const stays = area.value.length - (area.selectionEnd - area.selectionStart);
    const tooLong = stays + inserted.length > area.maxLength;
    document.getElementById(area.dataset.limit).hidden = !tooLong;
    if (tooLong) {
      event.preventDefault();
    }
  });
})();

"use strict";
/* An answer that is being written outlives a save of the part and a look at another page. */
(() => {
  for (const box of document.querySelectorAll("textarea[data-answer]")) {
    const store = `jiping:${box.form.action}`;
    const keep = (text) => { try { if (text) sessionStorage.setItem(store, text); else sessionStorage.removeItem(store); } catch { /* kept by the page alone */ } };
    try { box.value ||= sessionStorage.getItem(store) || ""; } catch { /* nothing was kept */ }
    box.addEventListener("input", () => keep(box.value));
    box.form.addEventListener("submit", () => keep(""));
  }
})();

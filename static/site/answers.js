"use strict";
/* An answer that is being written outlives a save of the part, a look at another page and an expired session; the next person does not see it. */
(() => {
  const plain = (text) => text.replace(/\s/g, "");
  for (const box of document.querySelectorAll("textarea[data-answer]")) {
    const store = `jiping:${document.body.dataset.user}:${box.form.action}`;
    const keep = (text) => { if (document.body.dataset.left) return; try { if (text) sessionStorage.setItem(store, text); else sessionStorage.removeItem(store); } catch { /* kept by the page alone */ } };
    let kept = null;
    try { kept = sessionStorage.getItem(store); } catch { /* nothing was kept */ }
    const last = [...document.querySelectorAll(`#${box.getAttribute("aria-describedby")} .said li`)].at(-1); // an answer of long ago may say the same
    const said = kept && last?.matches(".by-unit") && plain(last.textContent).endsWith(plain(kept));
    if (said) keep(""); // it has been answered so
    else box.value ||= kept || "";
    box.addEventListener("input", () => keep(box.value));
  }
})();

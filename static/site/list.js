"use strict";
/* A list that is saved as a whole, by hand: it says so as soon as something is typed, and asks before it is left. */
(() => {
  const form = document.querySelector("form[data-list]"), state = document.getElementById("save-state");
  if (!form || !state) return;
  let unsaved = form.dataset.list === "unsaved";
  form.addEventListener("input", () => {
    unsaved = true;
    state.textContent = "有改动尚未保存";
    state.className = "quiet save-state late";
  });
  form.addEventListener("submit", () => { unsaved = false; });
  addEventListener("pageshow", (event) => { if (event.persisted) unsaved = state.classList.contains("late"); });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
})();

"use strict";
/* A figure from the list beside the report goes into the text where one was writing. */
(() => {
  let writing = document.querySelector("textarea.prose");
  document.addEventListener("focusin", (event) => { if (event.target.matches("textarea.prose")) writing = event.target; });
  for (const button of document.querySelectorAll("button[data-token]")) {
    button.hidden = !writing;
    button.addEventListener("click", () => {
      writing.focus();
      if (document.execCommand("insertText", false, button.dataset.token)) return; // which can be undone
      writing.setRangeText(button.dataset.token, writing.selectionStart, writing.selectionEnd, "end");
      writing.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
})();

"use strict";
/* A table copied from a document or a spreadsheet is pasted into a text as lines of cells between upright strokes; all else is
   pasted as ever. */
(() => {
  const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, table, tr, br";
  const line = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const cell = (node) => line(node).replace(/\|/g, "\\|");
  const row = (cells) => `| ${cells.join(" | ")} |`;

  const typed = (table) => {
    const rows = [...table.rows].map((each) => [...each.cells].flatMap((node) => [cell(node), ...Array(Math.min(node.colSpan, 40) - 1).fill("")]));
    const width = Math.max(...rows.map((each) => each.length));
    const [head, ...rest] = rows.filter((each) => each.some(Boolean)).map((each) => row([...each, ...Array(width - each.length).fill("")]));
    return head ? [head, row(Array(width).fill("---")), ...rest] : [];
  };
  const lines = (node) => {
    if (node.nodeName === "TABLE") return node.querySelector("table") || node.rows.length * (node.rows[0]?.cells.length || 0) < 2 ? [...node.rows].flatMap((each) => [...each.cells]).flatMap((each) => lines(each)) : typed(node);
    if (node.nodeType === Node.TEXT_NODE || (node.nodeType === Node.ELEMENT_NODE && !node.querySelector(BLOCKS))) return [line(node)];
    return [...node.childNodes].flatMap((each) => lines(each));
  };

  document.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html") || "";
    if (!event.target.matches?.("textarea.prose") || !/<table/i.test(html)) return;
    // Styles are of no use here, and the page's policy complains of each.
    const copied = new DOMParser().parseFromString(html.replace(/<style[\s\S]*?<\/style>|\sstyle\s*=\s*("[^"]*"|'[^']*')/gi, ""), "text/html");
    copied.querySelectorAll("style, script, title").forEach((node) => node.remove());
    const text = lines(copied.body).filter(Boolean).join("\n");
    if (!text) return;
    event.preventDefault();
    const before = event.target.value.slice(0, event.target.selectionStart);
    const after = event.target.value.slice(event.target.selectionEnd);
    const whole = `${before && !before.endsWith("\n") ? "\n" : ""}${text}${after.startsWith("\n") ? "" : "\n"}`;
    if (!document.execCommand("insertText", false, whole)) { // which can be undone
      event.target.setRangeText(whole, event.target.selectionStart, event.target.selectionEnd, "end");
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
})();

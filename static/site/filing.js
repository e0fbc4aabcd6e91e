"use strict";
/* Saves a part while it is filled. What was typed goes to the server a moment later; until it is there, this browser keeps it, so that
   a closed tab, an expired session or a server that is down loses nothing. What follows from it is reckoned by the server alone. */
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const state = document.getElementById("save-state");
  const store = `jiping:${form.dataset.user}:${location.pathname}`;
  const PAUSE = 800, AGAIN = 5000;
  const refused = new Map(); // what the server did not take, by field: not sent again until it is another text
  const unfinished = new Map(); // what the server left alone because its row is not complete: sent again with what completes it
  const unanswered = new Map(); // what was sent of new rows and has no answer yet
  const standing = new Map(); // fields in which somebody else was quicker, until one of both is chosen
  let timer = 0, waiting = 0, sending = false, lost = false;

  /* A field is all inputs of one name: its values now, and as the server last had them (the "default" that the page came with). */
  const inputs = (name) => [...form.elements].filter((input) => input.name === name);
  const typedInto = (input) => input.name && !["hidden", "submit", "button"].includes(input.type) && !input.dataset.byHand;
  const allNames = () => [...new Set([...form.elements].filter(typedInto).map((input) => input.name))];
  let names = allNames();
  const pick = (name, ticked, text) => inputs(name).flatMap((input) => {
    if (input.type === "checkbox") return input[ticked] ? [input.value] : [];
    if (input.tagName === "SELECT") return [...input.options].filter((option) => option[ticked === "checked" ? "selected" : "defaultSelected"]).map((option) => option.value).slice(0, 1);
    return [input[text]];
  });
  const mine = (name) => pick(name, "checked", "value");
  const base = (name) => pick(name, "defaultChecked", "defaultValue");
  const put = (name, values, ticked, chosen, text) => inputs(name).forEach((input) => {
    if (input.type === "checkbox") input[ticked] = values.includes(input.value);
    else if (input.tagName === "SELECT") [...input.options].forEach((option) => { option[chosen] = option.value === (values[0] || ""); });
    else input[text] = values[0] || "";
  });
  const setMine = (name, values) => put(name, values, "checked", "selected", "value");
  const setBase = (name, values) => {
    const typed = mine(name); // a text input that was never touched follows its default
    put(name, values, "defaultChecked", "defaultSelected", "defaultValue");
    setMine(name, typed);
  };
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const dirty = () => names.filter((name) => !same(mine(name), base(name)));
  const fresh = () => unsent().filter((name) => unfinished.get(name) !== JSON.stringify(mine(name)));
  const unsent = () => dirty().filter((name) => !standing.has(name) && refused.get(name) !== JSON.stringify(mine(name)));

  const say = (text, kind = "") => { if (state) { state.textContent = text; state.className = `quiet save-state ${kind}`; } };
  const keep = () => {
    if (document.body.dataset.left) return; // signed out
    const kept = Object.fromEntries(dirty().map((name) => [name, { mine: mine(name), base: base(name), sent: unanswered.get(name) }]));
    try {
      if (Object.keys(kept).length) localStorage.setItem(store, JSON.stringify(kept));
      else localStorage.removeItem(store);
    } catch { /* a browser that keeps nothing still saves */ }
  };
  const later = (pause = PAUSE) => { clearTimeout(timer); timer = setTimeout(send, pause); };

  /* What the page says beside a field: a refusal, or what stands there. */
  const beside = (name) => {
    const last = inputs(name).at(-1), id = `${name}-live`;
    let place = document.getElementById(id);
    if (!place) {
      place = document.createElement("div");
      place.id = id;
      const notes = last.closest("tr")?.querySelector("td.notes"); // of a figure, whose own cell is narrow
      if (notes) notes.append(place);
      else (last.closest(".tick") || last).after(place);
    }
    return place;
  };
  const mark = (name, text) => {
    const place = beside(name);
    place.querySelectorAll(".field-error, .standing").forEach((line) => line.remove());
    if (text) {
      const line = document.createElement("p");
      line.className = "field-error error";
      line.textContent = text;
      place.append(line);
    }
    inputs(name).forEach((input) => {
      input.dataset.described ??= input.getAttribute("aria-describedby") || "";
      if (text) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
      input.setAttribute("aria-describedby", `${input.dataset.described} ${text ? place.id : ""}`.trim());
    });
    document.getElementById(`id_${name}_error`)?.remove();
  };

  /* What goes next. A new row that was sent may be there already, whatever became of the answer: it goes again as it went, and is known
     by that; what was typed into it since waits for its answer. */
  const rowOf = (name) => name.split("-")[0];
  const batch = () => {
    const again = new Set([...unanswered.keys()].map(rowOf));
    const sent = unsent().filter((name) => !again.has(rowOf(name)));
    const values = new Map([...sent.map((name) => [name, mine(name)]), ...unanswered]);
    for (const [name, mine] of values) if (name.startsWith("new_")) unanswered.set(name, mine);
    return values;
  };
  const message = (values) => {
    const body = new FormData();
    for (const input of form.querySelectorAll("input[type=hidden]")) body.set(input.name, input.value);
    for (const [name, mine] of values) {
      body.append("names", name);
      mine.forEach((value) => body.append(name, value));
      base(name).forEach((value) => body.append(`base.${name}`, value));
    }
    return body;
  };

  async function send() {
    clearTimeout(timer);
    if (sending || !(fresh().length || unanswered.size)) { if (!sending) settle(); return; }
    const values = batch();
    sending = true;
    say("正在保存…");
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: message(values), redirect: "error" });
      lost = false;
      const json = answer.headers.get("Content-Type")?.startsWith("application/json");
      await take(answer.status, json ? await answer.json() : {}, values);
    } catch {
      lost = true;
      say("网络不通，内容已暂存在本机，会自动再试", "late");
      later(AGAIN);
    } finally {
      sending = false;
      keep();
    }
    if (!lost && fresh().length && !blocked && !paused) later();
  }
  let blocked = false; // nothing more can be saved from this page
  let paused = false; // what was sent was refused as a whole: not again until something is changed

  async function take(status, told, values) {
    if (status === 401) return expire("登录已过期，内容已暂存在本机：", "重新登录", `${told.sign_in}?next=${encodeURIComponent(here())}`);
    if (status === 403) return expire("页面已失效，内容已暂存在本机：", "刷新后继续", location.href.split("#")[0]);
    if (status >= 500 || status === 429) { lost = true; say("服务器暂时没有保存，内容已暂存在本机，会自动再试", "late"); return later(AGAIN); }
    unanswered.clear();
    if (status >= 400 && status !== 422) { blocked = true; return say("这一页已不存在，或者您不再承担此项工作；没有保存的内容暂存在本机", "late"); }
    for (const name of told.unfinished || []) unfinished.set(name, JSON.stringify(values.get(name)));
    for (const name of told.saved || []) { setBase(name, values.get(name)); refused.delete(name); mark(name, ""); }
    for (const [name, text] of Object.entries(told.errors || {})) {
      if (text) { refused.set(name, JSON.stringify(values.get(name))); mark(name, text); }
    }
    for (const [name, theirs] of Object.entries(told.standing || {})) { standing.set(name, theirs.values); beside(name).innerHTML = theirs.html; }
    for (const [key, code] of Object.entries(told.rows || {})) rename(key, code, values);
    for (const [id, html] of Object.entries(told.pieces || {})) replace(id, html);
    if (told.version !== null && told.version !== undefined) form.elements.version.value = told.version;
    if (told.told) { blocked = Boolean(told.closed); paused = true; return say(told.told, "late"); }
    settle(told.at);
  }
  const replace = (id, html) => {
    const old = document.getElementById(id);
    if (!old) return;
    const open = old.querySelector("details")?.open;
    old.outerHTML = html;
    if (open) document.getElementById(id).querySelector("details")?.setAttribute("open", "");
  };
  /* A new row has got its code: its fields go on under it. One that the page shows already was saved before: its place is empty again,
     and what was typed there after it was sent belongs to the row that it is. */
  const rename = (key, code, sent) => {
    const other = (text) => text.replaceAll(`${key}-`, `${code}-`);
    const found = document.getElementById(`findings-${key}`), row = found.closest("fieldset");
    if (document.getElementById(code)) {
      names.filter((name) => name.startsWith(`${key}-`)).forEach((name) => {
        const empty = row.querySelector(`select[name="${name}"]`) ? [inputs(name)[0].options[0].value] : [];
        const typed = mine(name), focused = inputs(name).includes(document.activeElement);
        if (!same(typed, sent.get(name) || base(name))) setMine(other(name), typed);
        setBase(name, empty);
        setMine(name, empty);
        if (focused) inputs(other(name))[0]?.focus();
      });
      return;
    }
    for (const input of form.elements) {
      if (!input.name?.startsWith(`${key}-`)) continue;
      const [label] = input.labels || [];
      input.name = other(input.name);
      input.id = other(input.id);
      if (label) label.htmlFor = input.id;
      if (input.hasAttribute("aria-describedby")) input.setAttribute("aria-describedby", other(input.getAttribute("aria-describedby")));
      if (input.dataset.described) input.dataset.described = other(input.dataset.described);
    }
    for (const place of form.querySelectorAll(`[id^="${key}-"][id$="-live"]`)) place.id = other(place.id);
    for (const map of [refused, standing, unfinished]) for (const [name, kept] of [...map]) if (name.startsWith(`${key}-`)) { map.delete(name); map.set(other(name), kept); }
    form.elements.rows.value = form.elements.rows.value.split(",").map((one) => (one === key ? code : one)).join(",");
    found.id = `findings-${code}`;
    row.id = code;
    row.querySelector("legend").textContent = `第 ${[...row.parentElement.querySelectorAll("fieldset")].indexOf(row) + 1} 项`;
    row.querySelector(".own-remove").hidden = false;
    names = allNames();
  };
  const here = () => location.pathname + (form.contains(document.activeElement) ? `#${document.activeElement.id}` : "");
  const expire = (text, words, address) => {
    blocked = true;
    const link = document.createElement("a");
    link.href = address;
    link.textContent = words;
    say(text, "late");
    state?.append(link);
  };
  let saved = "";
  function settle(at) {
    saved = at || saved;
    const rest = dirty().filter((name) => unfinished.get(name) !== JSON.stringify(mine(name))).length;
    if (standing.size) say(`有 ${standing.size} 处与他人刚保存的不同，请选择`, "late");
    else if (rest && !fresh().length) say(`有 ${rest} 处不合要求，尚未保存；其余已保存`, "late");
    else if (!rest && dirty().length) say("新增的一项暂存在本机，填上指标名称和分值后自动保存");
    else if (rest) say(`有 ${rest} 处尚未保存`, "late");
    else say(saved ? `已自动保存 ${saved}` : "填写后自动保存");
  }

  form.addEventListener("input", (event) => {
    if (!names.includes(event.target.name)) return;
    paused = false;
    keep();
    if (!blocked) later();
  });
  form.addEventListener("change", () => { keep(); if (!blocked && !paused) later(0); });
  /* Saved whole: what is on its way first, or both would meet as if they were two people's. */
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    keep();
    if (!sending) { blocked = true; return; }
    event.preventDefault();
    const again = () => { if (sending) waiting = setTimeout(again, 50); else form.requestSubmit(event.submitter); };
    again();
  });
  addEventListener("beforeunload", () => clearTimeout(waiting)); // a link followed meanwhile is not turned round; what is typed goes at pagehide
  form.addEventListener("click", (event) => {
    const { keep: choice, name } = event.target.dataset;
    if (!choice) return;
    setBase(name, standing.get(name));
    if (choice === "theirs") setMine(name, standing.get(name));
    standing.delete(name);
    beside(name).innerHTML = "";
    inputs(name)[0].focus();
    keep();
    later(0);
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // back again: what it shows may be old
  /* Leaving: what is not sent yet goes once more, without waiting for the answer. */
  addEventListener("pagehide", () => {
    const values = !blocked && !document.body.dataset.left && (fresh().length || unanswered.size) ? batch() : new Map();
    keep();
    if (values.size) fetch(form.dataset.autosave, { method: "POST", body: message(values), keepalive: true }).catch(() => {});
  });

  /* Through the table by keyboard; a column copied from a spreadsheet fills the rows from here on, derived ones are passed over. */
  const cells = (input) => {
    const kind = input.name.split("-")[1] || "";
    return [...form.querySelectorAll("tr")].map((row) => [row, [...row.querySelectorAll("input.number")].find((cell) => (cell.name.split("-")[1] || "") === kind)]).filter(([row, cell]) => cell || row.querySelector("output"));
  };
  form.addEventListener("keydown", (event) => {
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches("input.number") || event.isComposing) return;
    event.preventDefault();
    const column = cells(event.target).map(([, cell]) => cell).filter(Boolean);
    const next = column[column.indexOf(event.target) + step];
    if (next) { next.focus(); next.select(); }
  });
  form.addEventListener("paste", (event) => {
    if (!event.target.matches("input.number")) return;
    const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "").split(/[\n\t]/);
    if (lines.length < 2) return;
    event.preventDefault();
    const rows = cells(event.target), from = rows.findIndex(([, cell]) => cell === event.target);
    let filled = 0, passed = 0;
    lines.forEach((text, place) => {
      const [, cell] = rows[from + place] || [];
      if (cell && text.trim()) { cell.value = text.trim(); filled += 1; } else if (text.trim()) passed += 1;
    });
    keep();
    later(0);
    const place = beside(event.target.name);
    place.innerHTML = "";
    const line = document.createElement("p");
    line.className = "quiet";
    line.setAttribute("role", "status");
    line.textContent = `已填入 ${filled} 项${passed ? `，${passed} 项是计算值或超出表格，没有填入` : ""}`;
    place.append(line);
  });

  /* What an earlier visit could not send comes back to its field, over what it was typed over. */
  const bases = JSON.parse(document.getElementById("bases")?.textContent || "{}"); // of a page that came back with what was typed
  for (const name of names) if (bases[name]) setBase(name, bases[name]);
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem(store) || "{}"); } catch { /* nothing was kept */ }
  /* A new row whose place is no longer offered goes to the first that is free in its group. */
  const places = new Set(names.map((name) => name.split("-")[0])), typedRows = new Set(Object.keys(kept).map((name) => name.split("-")[0]));
  const moved = new Map();
  for (const key of form.elements.rows ? typedRows : []) {
    if (!key.startsWith("new_") || places.has(key)) continue;
    const free = [...places].find((place) => place.startsWith(key.replace(/\d+$/, "")) && !typedRows.has(place) && ![...moved.values()].includes(place));
    if (free) moved.set(key, free);
  }
  kept = Object.fromEntries(Object.entries(kept).map(([name, was]) => {
    const key = name.split("-")[0];
    return [moved.has(key) ? name.replace(`${key}-`, `${moved.get(key)}-`) : name, was];
  }));
  let restored = 0;
  for (const name of names) {
    const was = kept[name];
    if (!was || same(was.mine, base(name)) || !same(mine(name), base(name))) continue;
    put(name, was.base, "defaultChecked", "defaultSelected", "defaultValue");
    setMine(name, was.mine);
    if (was.sent) unanswered.set(name, was.sent);
    restored += 1;
  }
  keep();
  settle();
  if (restored) { say(`找回了上次没有保存的 ${restored} 处，正在保存…`); later(0); }
  if (location.hash.startsWith("#id_")) document.getElementById(location.hash.slice(1))?.focus();
})();

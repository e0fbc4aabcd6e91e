"use strict";
/* Sends evidence file by file, with its progress, and renews the page around it. What a file is and whether it is taken is judged by
   the server; what is looked at here saves the way there and back. Without this script the page's form sends the same. */
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const AT_ONCE = 2, LOOK_AGAIN = 4000;
  const input = form.querySelector("input[type=file]"), zone = form.querySelector(".drop");
  const list = document.getElementById("uploads"), state = document.getElementById("upload-state");
  const suffixes = input.accept.split(",");
  const waiting = [];
  let running = 0, target = "", drawn = 0;
  form.classList.add("live");
  form.querySelector("button.btn-primary").hidden = true; // a chosen file goes at once

  const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  const room = () => document.getElementById("room").dataset;
  const megabytes = (size) => `${Math.floor(size / 1024 / 1024)} MB`;
  const label = (code) => document.getElementById(`asked-${code}`)?.dataset.label || "";

  /* One line in the list of what is on its way: its name, how far it is, what came of it. */
  class Sending {
    constructor(file, codes) {
      this.file = file;
      this.codes = codes;
      this.open = true;
      this.line = make("li", "upload");
      this.told = make("p", "upload-told");
      this.meter = Object.assign(make("progress", "meter"), { max: 1, value: 0 });
      this.meter.setAttribute("aria-label", `“${file.name}”的上传进度`);
      this.acts = make("div", "upload-acts");
      this.line.append(make("strong", "", file.name), this.meter, this.told, this.acts);
      list.prepend(this.line);
    }
    say(text, kind = "") {
      this.told.textContent = text;
      this.line.className = `upload ${kind}`;
    }
    button(text, act) {
      const button = make("button", "btn btn-sm btn-outline-primary", text);
      button.type = "button";
      button.setAttribute("aria-label", `${text} ${this.file.name}`);
      button.addEventListener("click", act);
      this.acts.append(button);
    }
    wait() {
      this.open = true;
      this.acts.replaceChildren();
      this.meter.hidden = false;
      this.meter.value = 0;
      this.say("等待上传");
      this.button("取消", () => this.cancel());
      waiting.push(this);
      next();
    }
    cancel() {
      const at = waiting.indexOf(this);
      if (at >= 0) waiting.splice(at, 1);
      this.request?.abort();
      this.end("已取消", "quiet");
      this.button("重新上传", () => this.wait());
      this.acts.querySelector("button").focus();
      settle();
    }
    end(text, kind) {
      this.open = false;
      this.request = null;
      this.meter.hidden = true;
      this.acts.replaceChildren();
      this.say(text, kind);
    }
    send() {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      this.codes.forEach((code) => body.append("indicators", code));
      if (form.elements.public.checked) body.set("public", "on");
      body.set("file", this.file);
      const request = new XMLHttpRequest();
      this.request = request;
      running += 1;
      this.say("正在上传");
      request.upload.addEventListener("progress", (event) => {
        this.meter.value = event.loaded / event.total;
        this.say(event.loaded < event.total ? `正在上传 ${Math.floor(100 * event.loaded / event.total)}%` : "正在检查");
      });
      request.addEventListener("load", () => this.take(request));
      request.addEventListener("error", () => this.lost("网络不通，没有上传"));
      request.addEventListener("loadend", () => { running -= 1; next(); settle(); });
      request.open("POST", form.dataset.upload);
      request.send(body);
    }
    lost(text) {
      this.end(text, "bad");
      this.button("重试", () => this.wait());
    }
    take(request) {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* an answer of something before the server */ }
      if (request.status === 200 && told.told) return this.end(told.told, "good");
      if (request.status === 401) return this.link("登录已过期，没有上传：", "重新登录", `${told.sign_in}?next=${encodeURIComponent(location.pathname)}`);
      if (request.status === 403) return this.link("页面已失效，没有上传：", "刷新后再传", location.pathname);
      if (request.status === 413) return this.end("文件过大，没有上传", "bad");
      if (request.status !== 422) return this.lost("服务器暂时没有收下");
      this.end(told.error || "没有上传", "bad");
      if (told.same?.codes.length) this.button(`也用于：${told.same.labels}`, () => this.tie(told.same));
      else if (told.same) this.link(`${told.error}。`, "查看", told.same.file);
    }
    link(text, words, address) {
      this.end(text, "bad");
      this.told.append(Object.assign(make("a", "", words), { href: address }));
    }
    async tie(same) {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      same.codes.forEach((code) => body.append("indicators", code));
      const page = await ask(same.tie, { method: "POST", body });
      if (!page) return this.lost("网络不通");
      this.end(renew(page) || "已修改", "good");
      announce(this.told.textContent);
    }
  }

  /* What would be refused anyway is not sent. */
  const refuse = (file, left) => {
    const { file: most, bytes, files } = room();
    if (!suffixes.some((suffix) => file.name.toLowerCase().endsWith(suffix))) return "只接受 PDF、PNG、JPG、DOCX、XLSX 文件";
    if (!file.size) return "文件是空的";
    if (file.size > most) return `文件超过 ${megabytes(most)}，请压缩或拆分后上传`;
    if (left.files >= files) return "份数已到上限，请合并后上传";
    if (left.bytes + file.size > bytes) return `合计超过上限，只剩 ${megabytes(bytes)}`;
    return "";
  };
  const take = (files, code) => {
    const codes = code ? [code] : [...form.querySelectorAll("input[name=indicators]:checked")].map((box) => box.value);
    const left = { files: 0, bytes: 0 };
    for (const file of files) {
      const item = new Sending(file, codes), reason = refuse(file, left);
      if (reason) { item.end(reason, "bad"); continue; }
      left.files += 1;
      left.bytes += file.size;
      item.wait();
    }
    settle();
  };
  const next = () => { while (running < AT_ONCE && waiting.length) waiting.shift().send(); };

  const announce = (text) => { state.textContent = text; };
  function settle() {
    const rest = waiting.length + running, done = list.querySelectorAll(".good").length, bad = list.querySelectorAll(".bad").length;
    announce([rest && `正在上传 ${rest} 份`, done && `已上传 ${done} 份`, bad && `${bad} 份没有上传`].filter(Boolean).join("，"));
    if (!rest && done > drawn) { drawn = done; look(); }
  }

  /* The page as it is now, put into the one that is shown; a file that is being changed stays as it is typed. */
  async function ask(address, options) {
    try {
      const answer = await fetch(address, options);
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch { return null; }
  }
  function renew(page) {
    if (!page.getElementById("evidence-files")) { location.reload(); return ""; }
    const changing = document.querySelector(".changing");
    const focused = document.activeElement?.closest("[id]")?.id, mark = document.activeElement?.className;
    for (const id of ["overview", "page-head", "checklist", "evidence-files", "room"]) document.getElementById(id).replaceWith(page.getElementById(id));
    const row = changing && document.getElementById(changing.dataset.row);
    if (row) row.after(changing);
    else if (focused && !document.activeElement.closest("main")) document.getElementById(focused)?.querySelector(`[class="${mark}"]`)?.focus();
    return [...page.querySelectorAll(".messages .alert")].map((line) => line.textContent.trim()).join("，");
  }
  async function look() {
    const page = await ask(location.pathname);
    if (page) renew(page);
    again();
  }
  let timer = 0;
  function again() {
    clearTimeout(timer);
    if (!document.querySelector("#evidence-files[data-waiting]")) return;
    timer = setTimeout(() => (document.hidden ? again() : look()), LOOK_AGAIN);
  }

  /* Choosing and dropping. */
  input.addEventListener("change", () => { take([...input.files], target); target = ""; input.value = ""; });
  input.addEventListener("cancel", () => { target = ""; });
  form.addEventListener("submit", (event) => event.preventDefault());
  const place = (event) => event.target.closest?.("[data-indicator]") || (event.target.closest?.("#upload") ? zone : null);
  const over = (found) => document.querySelectorAll(".dropping").forEach((one) => one !== found && one.classList.remove("dropping"));
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault(); // nor is a file that misses opened instead of the page
    const found = place(event);
    over(found);
    found?.classList.add("dropping");
    event.dataTransfer.dropEffect = found ? "copy" : "none";
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(null); });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    const found = place(event);
    over(null);
    if (found) take([...event.dataTransfer.files], found.dataset.indicator || "");
  });

  /* Within the page: a file for one indicator, changing and removing. */
  document.addEventListener("click", async (event) => {
    const add = event.target.closest("[data-add]"), change = event.target.closest("[data-change]");
    if (!add && !change) return;
    event.preventDefault();
    if (add) { target = add.dataset.add; input.click(); return; }
    const row = change.closest("tr"), page = await ask(change.href);
    document.querySelector(".changing")?.remove();
    const found = page?.querySelector("#change form");
    if (!found) { location.assign(change.href); return; }
    const line = make("tr", "changing"), cell = document.createElement("td"), stop = make("button", "btn btn-outline-primary", "不改了");
    line.dataset.row = row.id;
    cell.colSpan = row.cells.length;
    stop.type = "button";
    stop.addEventListener("click", () => { line.remove(); document.querySelector(`#${row.id} [data-change]`)?.focus(); });
    found.append(stop);
    cell.append(found);
    line.append(cell);
    row.after(line);
    found.querySelector("input:not([type=hidden])").focus();
  });
  document.addEventListener("submit", async (event) => {
    if (!event.target.closest("#evidence-files")) return;
    event.preventDefault();
    const line = event.target.closest(".changing"), sent = event.target;
    const page = await ask(sent.action, { method: "POST", body: new FormData(sent) });
    if (!page) { announce("网络不通，没有保存，请再试一次"); return; }
    const refused = line && page.querySelector("#change form");
    if (refused) {
      const stop = sent.lastElementChild;
      sent.replaceWith(refused);
      refused.append(stop);
      (refused.querySelector(".is-invalid") || refused.querySelector("input:not([type=hidden])")).focus();
      return;
    }
    const row = line?.dataset.row;
    line?.remove();
    announce(renew(page));
    const back = row && document.querySelector(`#${row} [data-change]`);
    if (back) back.focus(); else { state.tabIndex = -1; state.focus(); }
    again();
  });
  addEventListener("beforeunload", (event) => { if (running || waiting.length) event.preventDefault(); });
  again();
})();

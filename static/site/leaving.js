"use strict";
/* Who signs out leaves nothing behind on this machine: what the server does not have is told first, and taken away once nobody is
   signed in any more; their other pages, open beside this one, keep nothing from then on. */
(() => {
  const LEAVING = "jiping-leaving", LEFT = "jiping-left", user = document.body.dataset.user;
  const kept = (store, who) => Object.keys(store).filter((key) => key.startsWith(`jiping:${who}:`));
  const clear = (who) => [localStorage, sessionStorage].forEach((store) => kept(store, who).forEach((key) => store.removeItem(key)));
  const quietly = (act) => { try { act(); } catch { /* a browser that keeps nothing has nothing to take away */ } };
  quietly(() => {
    const leaving = localStorage.getItem(LEAVING);
    localStorage.removeItem(LEAVING);
    if (!leaving || user) return; // nobody leaves, or they were not let go
    clear(leaving);
    localStorage.setItem(LEFT, `${leaving} ${Date.now()}`);
  });
  if (!user) return;
  addEventListener("storage", (event) => {
    if (event.key !== LEFT || event.newValue?.split(" ")[0] !== user) return;
    document.body.dataset.left = "1";
    quietly(() => clear(user));
  });
  document.querySelector("form[data-sign-out]")?.addEventListener("submit", (event) => quietly(() => {
    const rest = [localStorage, sessionStorage].some((store) => kept(store, user).length);
    if (rest && !confirm("还有填写的内容没有存到服务器，只暂存在本机。现在退出，这些内容会从本机删除。仍要退出吗？")) { event.preventDefault(); return; }
    localStorage.setItem(LEAVING, user);
    document.body.dataset.left = "1";
  }));
})();

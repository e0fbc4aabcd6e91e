"use strict";
/* Who signs out leaves nothing behind on this machine: what the server does not have is told first, and taken away with their word. */
(() => {
  const form = document.querySelector("form[data-sign-out]"), mine = `jiping:${document.body.dataset.user}:`;
  const kept = (store) => Object.keys(store).filter((key) => key.startsWith(mine));
  form?.addEventListener("submit", (event) => {
    try {
      const stores = [localStorage, sessionStorage];
      if (!stores.some((store) => kept(store).length)) return;
      if (!confirm("还有填写的内容没有存到服务器，只暂存在本机。现在退出，这些内容会从本机删除。仍要退出吗？")) {
        event.preventDefault();
        return;
      }
      document.body.dataset.left = "1"; // what is still open here keeps nothing any more
      for (const store of stores) kept(store).forEach((key) => store.removeItem(key));
    } catch { /* a browser that keeps nothing has nothing to take away */ }
  });
})();

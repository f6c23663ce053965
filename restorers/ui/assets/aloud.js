// What appears by itself is read out to those who do not see it: problems, notices, and what the page calls .aloud, such as a result.
// Not what counts on, as a progress does; nor what stands on a tab that has just been opened, or in another language.
(() => {
  const PAUSE = 500; // milliseconds; what changes at once is said at once
  const speaker = document.createElement("div");
  speaker.className = "unseen";
  speaker.setAttribute("role", "status");
  let before = new Set();
  let place = null;
  let timer = 0;

  function look() {
    timer = 0;
    if (!speaker.isConnected) document.body.append(speaker);
    const here = `${document.querySelector("#page-tabs [role=tab][aria-selected=true]")?.id} ${restorers.language()}`;
    const told = (one) => one.checkVisibility() && !one.closest("[role=status]");
    const shown = [...document.querySelectorAll(".aloud, .problem, .notice")].filter(told);
    const texts = shown.map((one) => one.innerText.trim()).filter(Boolean);
    const fresh = place === here ? texts.filter((text) => !before.has(text)) : [];
    [before, place] = [new Set(texts), here];
    if (fresh.length || !texts.length) speaker.textContent = fresh.join(" ");
  }

  const soon = () => (timer ||= setTimeout(look, PAUSE));
  new MutationObserver(soon).observe(document.documentElement, { childList: true, characterData: true, subtree: true });
  addEventListener("click", soon);
  document.addEventListener("restorers:language", () => (speaker.textContent = ""));
})();

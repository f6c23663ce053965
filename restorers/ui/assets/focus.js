// A control that goes while it has the focus, as Restore does for Stop, hands it on to the first button left in its row, or to the open
// tab: whoever walks by keyboard would have to begin at the top again. Who uses a mouse has his space bar left for scrolling.
(() => {
  const PAUSE = 150; // milliseconds in which what replaces it appears, or takes the focus by itself
  const usable = (one) => one.isConnected && one.checkVisibility() && !one.disabled;
  let walking = false;
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => (walking = kind === "keydown"), true);
  addEventListener("focusout", ({ target, relatedTarget }) => {
    if (relatedTarget || !walking) return;
    const row = target.closest(".row, .column, .block");
    setTimeout(() => {
      if (document.activeElement !== document.body || (usable(target) && target.tagName !== "BUTTON")) return;
      const left = [target, ...(row?.querySelectorAll("button") ?? [])].find(usable); // it may be back by now
      (left || document.querySelector("#page-tabs [role=tab][aria-selected=true]"))?.focus({ preventScroll: true });
    }, PAUSE);
  });
})();

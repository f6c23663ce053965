// The arrow keys, Home and End open the other tabs of a row, as everywhere; Gradio's own answer to Tab and Enter alone.
// Reference: WAI-ARIA Authoring Practices, "Tabs".
addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role=tablist] [role=tab]");
  if (!tab || event.altKey || event.ctrlKey || event.metaKey) return;
  const order = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")].filter((one) => one.checkVisibility() && !one.disabled);
  const at = order.indexOf(tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: order.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = order[(to + order.length) % order.length];
  next.click();
  next.focus();
});

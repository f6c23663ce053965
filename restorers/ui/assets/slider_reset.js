// Gradio's "Reset to default value" changes the number and tells nobody who listens to what the visitor sets.
addEventListener("click", (event) => {
  const range = event.target.closest?.("[data-testid=reset-button]")?.closest(".block")?.querySelector("input[type=range]");
  if (range) setTimeout(() => range.dispatchEvent(new Event("input", { bubbles: true })));
});

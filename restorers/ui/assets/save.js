const OWNED = ["photo", "size", "with", "seed", "using", "strength"];

function link() {
  const field = element.querySelector("[data-query]");
  // what the page is built with says nothing yet of how it was opened
  if (field) field.value = "live" in field.dataset ? restorers.address.put(OWNED, field.dataset.query) : restorers.address.link();
}

link();
restorers.keepOpen(element, watch);
watch("value", link);
element.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = button.parentElement.querySelector("input");
  link();
  field.select();
  try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});

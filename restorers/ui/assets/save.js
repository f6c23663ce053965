// The address bar always holds the link: what is not a setting of the page (theme, language) stays in it.
function link() {
  const field = element.querySelector("[data-query]");
  if (!field) return;
  const kept = new URLSearchParams(location.search);
  for (const name of ["photo", "size", "with", "seed", "using", "strength"]) kept.delete(name);
  const query = [field.dataset.query, kept.toString()].filter(Boolean).join("&");
  const address = `${location.origin}${location.pathname}?${query}`;
  field.value = address;
  if (props.value.includes("data-live")) history.replaceState(history.state, "", address);
}

link();
restorers.keepOpen(element, watch);
watch("value", link);
element.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = button.parentElement.querySelector("input");
  field.select();
  try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});

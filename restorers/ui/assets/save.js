const OWNED = ["photo", "size", "with", "seed", "using", "strength"];

function link() {
  const field = element.querySelector("[data-query]");
  // what the page is built with says nothing yet of how it was opened
  if (field) field.value = "live" in field.dataset ? restorers.address.put(OWNED, field.dataset.query) : restorers.address.link();
}

link();
restorers.keepOpen(element, watch);
watch("value", link);
restorers.copies(element, link);

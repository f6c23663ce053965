// HTML made on the server. A button with data-do tells what shall be done with its data-model: "use" is the event `submit`, all else is
// `select`. One with data-go leads to a place on the page.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do], [data-go]");
  if (!button) return;
  const { do: what, go, model } = button.dataset;
  if (what === "open") restorers.opened = model;
  if (go) {
    const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    const place = document.querySelector(go);
    place.scrollIntoView({ behavior: smooth });
    place.focus({ preventScroll: true });
  } else {
    trigger(what === "use" ? "submit" : "select", { do: what, model });
  }
});
restorers.copies(element);

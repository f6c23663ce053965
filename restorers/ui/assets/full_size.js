element.addEventListener("click", (event) => {
  if (event.target.closest("[data-full-size]")) trigger("input");
});

const buttons = [...element.querySelectorAll("[data-language]")];

function mark() {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.language === restorers.language()));
}

mark();
document.addEventListener("restorers:language", mark);
for (const button of buttons) {
  button.addEventListener("click", async () => {
    await restorers.speak(button.dataset.language);
    restorers.address.put(["lang"], `lang=${button.dataset.language}`);
    trigger("change");
  });
}

// A file that is too large is refused before it is sent. Gradio would empty the field first, and say why in English alone.
restorers.refuseLarge = (most, sentence) => {
  const SHOWN = 15_000; // milliseconds
  const notice = Object.assign(document.createElement("div"), { id: "page-too-large" });
  notice.setAttribute("role", "alert");
  notice.addEventListener("click", () => notice.replaceChildren());
  let timer;

  function refuse(event) {
    const given = event.type === "change" ? event.target.files : (event.dataTransfer ?? event.clipboardData)?.files;
    const large = [...(given ?? [])].find((file) => file.size > most);
    clearTimeout(timer);
    notice.replaceChildren();
    if (!large) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "change") event.target.value = "";
    if (event.type === "drop") event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
    document.body.append(notice);
    const filled = { name: large.name, size: Math.ceil(large.size / 1e5) / 10, most: most / 1e6 };
    notice.textContent = sentence[restorers.language()].replace(/\{(\w+)\}/g, (_, key) => filled[key]);
    timer = setTimeout(() => notice.replaceChildren(), SHOWN);
  }

  for (const type of ["change", "drop", "paste"]) addEventListener(type, refuse, { capture: true });
};

// The language of the page is the lang attribute of <html>; whoever draws words himself listens for "restorers:language".
restorers.language = () => (document.documentElement.lang.startsWith("zh") ? "zh" : "en");

restorers.speak = async (language) => {
  try { localStorage.setItem("restorers-language", language); } catch {}
  if (restorers.localeModule) {
    const module = await import(new URL(`assets/${restorers.localeModule}`, document.baseURI).href);
    module.changeLocale(language === "zh" ? "zh-CN" : "en");
  }
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
};

new MutationObserver(() => document.dispatchEvent(new CustomEvent("restorers:language")))
  .observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });

// An update of a component's HTML closes its <details>; this opens again what the visitor has opened.
restorers.keepOpen = (element, watch) => {
  const wanted = {};
  const all = () => [...element.querySelectorAll("details")];
  element.addEventListener("click", (event) => {
    const summary = event.target.closest("summary");
    if (summary) wanted[summary.textContent] = !summary.parentElement.open;
  });
  watch("value", () => all().forEach((details) => (details.open = Boolean(wanted[details.querySelector("summary").textContent]))));
};

// The buttons with data-copy copy the field beside them; `before` brings that up to date.
restorers.copies = (element, before = () => {}) =>
  element.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = button.parentElement.querySelector("input");
    before();
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
  });

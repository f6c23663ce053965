const list = element.querySelector("ol");
const words = props.words;
const clear = document.createElement("button"); // beside the list: a list holds nothing but its entries
clear.type = "button";
clear.className = "chips-clear";
clear.addEventListener("click", () => change([]));
list.after(clear);

function change(value) {
  props.value = value;
  draw();
  trigger("input");
}

function after() {
  const below = (one) => clear.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && one.checkVisibility();
  return [...document.querySelectorAll("button, input, select")].find(below);
}

function draw() {
  const language = restorers.language();
  const entries = props.value || [];
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
  const walking = focused >= 0 || document.activeElement === clear;
  list.replaceChildren(
    ...entries.map((entry, index) => {
      const item = document.createElement("li");
      item.textContent = entry[language];
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", words.remove[language].replace("{what}", () => entry[language]));
      remove.addEventListener("click", () => change(entries.filter((_, other) => other !== index)));
      item.append(remove);
      return item;
    }),
  );
  // where a chip was removed, on the one that takes its place, or on the last
  if (focused >= 0) list.children[Math.min(focused, entries.length - 1)]?.querySelector("button").focus();
  clear.hidden = !entries.length;
  if (walking && !entries.length) after()?.focus(); // on what follows the chips
  clear.textContent = words.clear[language];
}

draw();
watch("value", draw);
document.addEventListener("restorers:language", draw);

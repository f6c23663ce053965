const select = element.querySelector("select");

function draw() {
  const language = restorers.language();
  select.replaceChildren();
  let group = null;
  for (const option of props.options) {
    const title = option[`group_${language}`];
    if (title && (!group || group.label !== title)) {
      group = document.createElement("optgroup");
      group.label = title;
      select.append(group);
    } else if (!title) {
      group = null;
    }
    const entry = document.createElement("option");
    entry.value = option.value;
    entry.textContent = option[language];
    entry.disabled = Boolean(option.disabled);
    (group || select).append(entry);
  }
  select.value = props.value;
}

draw();
watch(["value", "options"], draw);
document.addEventListener("restorers:language", draw);
select.addEventListener("change", () => {
  props.value = select.value;
  trigger("input");
});

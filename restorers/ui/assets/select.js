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
watch(["value", "options"], () => {
  const { asked } = props;
  props.asked = null;
  const present = select.value;
  const offered = props.options.some(({ value, disabled }) => value === present && !disabled);
  // chosen while the answer was on its way: it stays, and the page hears of it
  if (asked && offered && ![asked, props.value].includes(present)) {
    props.value = present;
    trigger("input");
  }
  draw();
});
document.addEventListener("restorers:language", draw);
select.addEventListener("change", () => {
  props.value = select.value;
  trigger("input");
});

const row = element.querySelector(".samples");
const buttons = props.samples.map(({ name }) => {
  const button = document.createElement("button");
  button.type = "button";
  const picture = document.createElement("img");
  picture.src = `samples/${name}.jpg`;
  picture.width = picture.height = 52;
  button.append(picture);
  button.addEventListener("click", () => {
    props.value = name;
    draw();
    trigger("input");
  });
  return button;
});
row.replaceChildren(...buttons);

function draw() {
  const language = restorers.language();
  props.samples.forEach(({ name, title }, index) => {
    const button = buttons[index];
    button.title = button.firstChild.alt = title[language];
    button.setAttribute("aria-pressed", String(name === props.value));
  });
}

draw();
watch("value", draw);
document.addEventListener("restorers:language", draw);

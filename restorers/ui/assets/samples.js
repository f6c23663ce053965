const row = element.querySelector(".samples");

function draw() {
  const language = restorers.language();
  row.replaceChildren(
    ...props.samples.map(({ name, title }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = title[language];
      button.setAttribute("aria-pressed", String(name === props.value));
      const picture = document.createElement("img");
      picture.src = `samples/${name}.jpg`;
      picture.alt = title[language];
      picture.width = picture.height = 52;
      button.append(picture);
      button.addEventListener("click", () => {
        props.value = name;
        draw();
        trigger("input");
      });
      return button;
    }),
  );
}

draw();
watch("value", draw);
document.addEventListener("restorers:language", draw);

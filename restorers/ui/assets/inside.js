// HTML made on the server. What is pressed in it goes back as the component's value; a walk needs no server at all.
const body = element.querySelector(".inside");
let drawn = null;
let asked = null; // what the place chosen last is known by: the answer to the one before it may come first

function pick(what) {
  props.value = JSON.stringify(what);
  trigger("input");
}

function draw() {
  if (props.drawn === drawn) return;
  drawn = props.drawn;
  const key = body.contains(document.activeElement) && document.activeElement.dataset.key;
  body.innerHTML = drawn || "";
  if (key) body.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  body.querySelectorAll("[data-walk]").forEach(walk);
  const large = body.querySelector(".inside-large");
  const same = asked && large && ["channel", "vector", "rows", "columns"].every((name) => large.dataset[name] === asked[name]);
  if (same) mark(large, asked.row, asked.column);
  asked = null;
}

function walk(range) {
  const share = range.value / range.max;
  body.querySelectorAll(".inside-film").forEach((film) => (film.style.backgroundPosition = `${100 * share}% ${100 * film.dataset.row}%`));
  range.setAttribute("aria-valuetext", `${Math.round(100 * share)}${restorers.language() === "zh" ? "%" : " %"}`);
}

function mark(large, row, column) {
  const { rows, columns } = large.dataset;
  [large.dataset.row, large.dataset.column] = [row, column];
  const dot = large.querySelector(".dot").style;
  dot.left = `${(100 * column) / columns}%`;
  dot.top = `${(100 * row) / rows}%`;
}

function choose(large, row, column) {
  const { rows, columns, vector, channel } = large.dataset;
  row = Math.min(Math.max(row, 0), rows - 1);
  column = Math.min(Math.max(column, 0), columns - 1);
  const index = Number(vector) ? Math.min(row * columns + column, vector - 1) : null;
  if (index !== null) [row, column] = [Math.floor(index / columns), index % columns];
  mark(large, row, column);
  asked = { ...large.dataset };
  pick(index === null ? { channel: Number(channel), place: [row, column] } : { place: [index] });
}

draw();
watch("drawn", draw);
body.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick]");
  if (button) {
    body.querySelectorAll("[data-pick]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    pick(JSON.parse(button.dataset.pick));
  }
  const large = event.target.closest(".inside-large");
  if (large && event.detail) {
    const box = large.querySelector("img").getBoundingClientRect();
    const { rows, columns } = large.dataset;
    choose(large, Math.floor((rows * (event.clientY - box.top)) / box.height), Math.floor((columns * (event.clientX - box.left)) / box.width));
  }
});
body.addEventListener("keydown", (event) => {
  const large = event.target.closest(".inside-large");
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!large || !step) return;
  event.preventDefault();
  const far = event.shiftKey ? 10 : 1;
  choose(large, Number(large.dataset.row) + far * step[0], Number(large.dataset.column) + far * step[1]);
});
body.addEventListener("input", (event) => {
  if (event.target.matches("[data-walk]")) {
    event.stopPropagation();
    walk(event.target);
  }
});
document.addEventListener("restorers:language", () => body.querySelectorAll("[data-walk]").forEach(walk));

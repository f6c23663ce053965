// A table whose buttons name a method (data-restorer) and perhaps a damage (data-damage): pressing one is the event `select`.
let focused = null; // the names of the button that has the focus: an update makes the buttons anew

const names = (button) => ({ damage: button.dataset.damage, restorer: button.dataset.restorer });
const same = (a, b) => a.damage === b.damage && a.restorer === b.restorer;

function tell(button) {
  const said = element.querySelector(".chosen");
  if (!said || !button?.dataset.damage) return;
  const cell = button.closest("td");
  const column = cell.closest("table").querySelectorAll("thead th")[cell.cellIndex - 1];
  const row = cell.parentElement.querySelector("th");
  said.textContent = `${row.innerText.trim()} · ${column.innerText.trim()}: ${button.innerText.trim()} dB`;
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-restorer]");
  if (button) trigger("select", names(button));
});
element.addEventListener("pointerover", (event) => tell(event.target.closest("[data-restorer]")));
element.addEventListener("focusin", (event) => {
  const button = event.target.closest("[data-restorer]");
  focused = button && names(button);
  tell(button);
});
document.addEventListener("pointerdown", (event) => {
  if (!element.contains(event.target)) focused = null;
});
element.addEventListener("keydown", (event) => {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  const cell = event.target.closest("td");
  if (!step || !cell) return;
  const rows = [...element.querySelectorAll("tbody tr")];
  let [row, column] = [rows.indexOf(cell.parentElement), cell.cellIndex];
  for (row += step[0], column += step[1]; rows[row]?.cells[column]; row += step[0], column += step[1]) {
    const next = rows[row].cells[column].querySelector("button");
    if (!next) continue;
    event.preventDefault();
    next.focus();
    return;
  }
});
watch("value", () => {
  if (!focused || document.activeElement !== document.body) return;
  [...element.querySelectorAll("[data-restorer]")].find((button) => same(names(button), focused))?.focus({ preventScroll: true });
});

// Strokes over the photo. They are kept as lines in units of the photo, so that they survive hiding and other screen sizes.
const MASK_SIDE = 512;
const picture = element.querySelector("img");
const canvas = element.querySelector("canvas");
const brush = element.querySelector("input");
const paintings = (restorers.paintings ??= {});
let strokes = [];
let stroke = null;
let finger = null; // id of the pointer that draws the stroke; others may rest on the photo

function draw(target, width, height, colour, ground) {
  target.width = width;
  target.height = height;
  const context = target.getContext("2d");
  if (ground) {
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
  }
  context.strokeStyle = colour;
  context.lineCap = context.lineJoin = "round";
  for (const { size, points } of strokes) {
    context.lineWidth = size * width;
    context.beginPath();
    points.forEach(([x, y], index) => context[index ? "lineTo" : "moveTo"](x * width, y * height));
    if (points.length === 1) context.lineTo(points[0][0] * width + 0.01, points[0][1] * height);
    context.stroke();
  }
}

function show() {
  draw(canvas, canvas.clientWidth, canvas.clientHeight, "#ef4444");
}

function tell() {
  let mask = null;
  if (strokes.length) {
    const scale = MASK_SIDE / Math.max(picture.naturalWidth, picture.naturalHeight);
    const small = document.createElement("canvas");
    draw(small, Math.round(picture.naturalWidth * scale), Math.round(picture.naturalHeight * scale), "white", "black");
    mask = small.toDataURL("image/png");
  }
  props.value = { ...props.value, mask };
  trigger("input");
}

function take() {
  const { picture: address, of } = props.value || {};
  if (!of) for (const photo of Object.keys(paintings)) delete paintings[photo];
  strokes = paintings[of] ??= [];
  if (address && picture.getAttribute("src") !== address) picture.src = address;
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button || (stroke && canvas.hasPointerCapture(finger))) return;
  finger = event.pointerId;
  canvas.setPointerCapture(finger);
  stroke = { size: Number(brush.value) / 100, points: [place(event)] };
  strokes.push(stroke);
  show();
});
canvas.addEventListener("pointermove", (event) => {
  if (!stroke || event.pointerId !== finger) return;
  stroke.points.push(place(event));
  show();
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (event) => {
    if (!stroke || event.pointerId !== finger) return;
    stroke = null;
    tell();
  });
}
element.querySelector("[data-undo]").addEventListener("click", () => {
  strokes.pop();
  show();
  tell();
});
element.querySelector("[data-clear]").addEventListener("click", () => {
  strokes.length = 0;
  show();
  tell();
});
picture.addEventListener("load", () => {
  picture.style.setProperty("--shape", picture.naturalWidth / picture.naturalHeight);
  show();
});
new ResizeObserver(show).observe(canvas);
take();
watch("value", () => {
  take();
  show();
});

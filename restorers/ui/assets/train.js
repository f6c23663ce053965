// The film: what the network makes of the photo, frame by frame, with a scrubber back through it.
const row = element.querySelector(".film-row");
const range = element.querySelector("input");
const said = element.querySelector("output");
const strip = element.querySelector(".film-strip");
const empty = element.querySelector(".film-empty");
const body = element.querySelector(".film-body");
const PANES = ["degraded", "now", "truth", "ghost"];
const panes = Object.fromEntries(PANES.map((name) => [name, row.querySelector(`[data-pane=${name}]`)]));
let shown = 0;
let follow = true;
let run = null;

// an address is used only if the page itself serves it
const safe = (url) => (typeof url === "string" && url.startsWith("pictures/") ? url : null);

function put(name, url, caption) {
  const pane = panes[name];
  const picture = pane.querySelector("img");
  const address = safe(url);
  pane.hidden = !address;
  if (address && picture.getAttribute("src") !== address) picture.src = address;
  pane.querySelector("b").textContent = caption || "";
}

function words(step) {
  return WORDS.after[restorers.language()].replace("{step}", step.toLocaleString("en"));
}

function draw() {
  const value = props.value || { frames: [], ghost: [] };
  const films = value.frames.length ? value.frames : value.ghost;
  if (value.run !== run) {
    run = value.run;
    follow = true;
  }
  empty.hidden = films.length > 0;
  body.hidden = films.length === 0;
  if (!films.length) return;
  const last = films.length - 1;
  if (follow || shown > last) shown = last;
  range.max = last;
  range.value = shown;
  range.setAttribute("aria-label", WORDS.scrub[restorers.language()]);
  const frame = films[shown];
  const before = value.frames.length ? value.ghost.filter((other) => other.step <= frame.step).at(-1) : null;
  put("degraded", value.degraded, value.degraded_psnr);
  put("now", frame.url, frame.psnr);
  put("truth", value.truth, "");
  put("ghost", before && before.url, before && `${words(before.step)} · ${before.psnr}`);
  said.textContent = [words(frame.step), frame.psnr].filter(Boolean).join(" · ");
  range.setAttribute("aria-valuetext", said.textContent);
  films.forEach((each, index) => {
    let button = strip.children[index];
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.append(document.createElement("img"), document.createElement("span"));
      button.addEventListener("click", () => choose(index));
      strip.append(button);
    }
    const [picture, label] = button.children;
    const address = safe(each.url);
    if (address && picture.getAttribute("src") !== address) picture.src = address;
    picture.alt = words(each.step);
    label.textContent = each.step.toLocaleString("en");
    button.setAttribute("aria-pressed", String(index === shown));
  });
  while (strip.children.length > films.length) strip.lastChild.remove();
  if (follow) strip.scrollLeft = strip.scrollWidth;
}

function choose(index) {
  const value = props.value;
  const films = value.frames.length ? value.frames : value.ghost;
  shown = index;
  follow = index === films.length - 1;
  draw();
}

draw();
watch("value", draw);
document.addEventListener("restorers:language", draw);
range.addEventListener("input", () => choose(Number(range.value)));

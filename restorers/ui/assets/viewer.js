// Runs once for each component; gr.HTML hands in element, props, watch and trigger, viewer.py KIND, GROUP and WORDS.
// The schema of props.value is in viewer.py.
// The page's template is one empty element that never changes, so Gradio never touches what is built here.

const root = element.querySelector(".rv");
root.closest(".html-container").style.padding = "0"; // Gradio pads it whatever padding says
const group = joinGroup(GROUP);
const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
const MAX_SCALE = 32; // CSS pixels for one pixel of the picture
const PIXELATED = 3;
let value = {};
let scheduled = 0;

// ---------------------------------------------------------------------------------------------------------- groups
// A group is what its components share: where one looks (z = factor over fit, u and v = the point of the picture,
// 0…1, at the middle of the box) and the strength. Relative to fit, because boxes of a group differ in size.

function joinGroup(name) {
  if (!window.restorersViews) {
    window.restorersViews = new Map();
    window.addEventListener("restorers:strength", (event) => {
      const { group: wanted, strength } = event.detail ?? {};
      for (const [key, one] of window.restorersViews) {
        if (wanted === undefined || wanted === key) setStrength(one, strength);
      }
    });
  }
  const views = window.restorersViews;
  if (!views.has(name)) views.set(name, { z: 1, u: 0.5, v: 0.5, size: "", strength: 1, members: new Set() });
  return views.get(name);
}

function members(one) {
  for (const member of one.members) if (!member.root.isConnected) one.members.delete(member);
  return one.members;
}

function setStrength(one, strength) {
  if (!Number.isFinite(strength)) return;
  one.strength = Math.min(1, Math.max(0, strength));
  for (const member of members(one)) member.blend();
}

function look(z, u, v, glide = false) {
  const box = measure();
  if (!box) return;
  const limit = Math.max(MAX_SCALE, 8 * box.fit) / box.fit;
  const least = Math.min(1, 1 / box.fit);
  group.z = Math.min(limit, Math.max(least, z));
  [group.u, group.v] = clampCentre(box, group.z, u, v);
  for (const member of members(group)) member.draw(glide);
}

function clampCentre(box, z, u, v) {
  const keep = (centre, outer, inner) => {
    const half = outer / inner / 2;
    return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, centre));
  };
  return [keep(u, box.width, box.w * box.fit * z), keep(v, box.height, box.h * box.fit * z)];
}

// -------------------------------------------------------------------------------------------------------- elements

function make(tag, className, parent, attributes = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, content] of Object.entries(attributes)) made.setAttribute(name, content);
  parent?.append(made);
  return made;
}

function spoken(text) {
  const one = text && typeof text === "object" ? (document.documentElement.lang.startsWith("zh") ? text.zh : text.en) : text;
  return String(one ?? "");
}

function say(node, text) {
  const words = spoken(text);
  if (node.textContent !== words) node.textContent = words;
}

function word(name, fields = {}) {
  let text = spoken(WORDS[name]);
  for (const [field, content] of Object.entries(fields)) text = text.replaceAll(`{${field}}`, content);
  return text;
}

// Only pictures of this page: the prefix keeps schemes out, the origin keeps //host and its disguises out.
function safe(url) {
  if (typeof url !== "string") return null;
  if (/^data:image\/png[;,]/.test(url)) return url;
  if (!/^(\/|\.\/|pictures\/|blob:)/.test(url)) return null;
  try {
    return new URL(url, document.baseURI).origin === window.location.origin ? url : null;
  } catch {
    return null;
  }
}

// -------------------------------------------------------------------------------------------------------- pictures
// A slot shows one picture. A new one is decoded before it takes the place of the old one; while one is decoded, later
// wishes wait, and each decoded picture is shown, so that a slider dragged without pause keeps the picture moving.

class Slot {
  constructor(stage, alt = "") {
    this.holder = make("span", "layer", stage);
    this.alt = alt;
    this.img = this.url = this.full = this.shown = null;
    this.sharp = this.running = this.broken = false;
  }

  set(url, full, alt = "") {
    this.alt = alt;
    if (this.img && this.img.alt !== alt) this.img.alt = alt;
    const [newUrl, newFull] = [safe(url), safe(full)];
    if (newUrl !== this.url) this.sharp = false;
    [this.url, this.full] = [newUrl, newFull];
    this.pump();
  }

  target() {
    return this.url && this.sharp && this.full ? this.full : this.url;
  }

  sharpen(width) {
    if (this.sharp || !this.full || !this.img || this.shown !== this.url) return;
    if (width * window.devicePixelRatio <= this.img.naturalWidth * 1.05) return;
    this.sharp = true;
    this.pump();
  }

  async pump() {
    if (this.running) return;
    this.running = true;
    while (this.target() !== this.shown) {
      const wanted = this.target();
      let next = null;
      if (wanted) {
        next = new Image();
        next.draggable = false;
        next.src = wanted;
        try {
          await next.decode();
        } catch {
          next = null;
        }
        if (!this.target()) continue;
        if (!next && wanted === this.full && wanted !== this.url) {
          this.full = null;
          continue;
        }
      }
      this.broken = Boolean(wanted && !next);
      if (next) next.alt = this.alt;
      if (next && this.img) this.img.replaceWith(next);
      else if (next) this.holder.append(next);
      else this.img?.remove();
      this.img = next;
      this.shown = wanted;
      refresh();
    }
    this.running = false;
  }
}

// ------------------------------------------------------------------------------------------------------- the place

const parts = KIND === "panes" ? buildPanes() : buildComparison();
const toolbar = buildToolbar(parts.toolbarPlace);
const me = { root, draw, blend };

function boxes() {
  return [...root.querySelectorAll(".box")];
}

function measure() {
  const box = boxes().find((one) => one.clientWidth > 0);
  if (!box) return null;
  const [width, height] = [box.clientWidth, box.clientHeight];
  const [w, h] = value.width > 0 && value.height > 0 ? [value.width, value.height] : [3, 2];
  return { width, height, w, h, fit: Math.min(width / w, height / h) };
}

function geometry(box) {
  const [u, v] = clampCentre(box, group.z, group.u, group.v);
  const [width, height] = [box.w * box.fit, box.h * box.fit];
  return { width, height, x: box.width / 2 - u * width * group.z, y: box.height / 2 - v * height * group.z };
}

function hasPicture() {
  return slots().some((slot) => slot.img);
}

// glide: whether this move is animated; null where it is no move, so that one under way goes on.
function draw(glide = null) {
  const box = measure();
  if (!box) return;
  const { width, height, x, y } = geometry(box);
  const scale = box.fit * group.z;
  if (glide !== null) root.classList.toggle("glide", glide && !reducedMotion.matches);
  root.classList.toggle("pixelated", scale >= PIXELATED);
  root.classList.toggle("zoomed", movable(box));
  for (const stage of root.querySelectorAll(".stage")) {
    stage.style.width = `${width}px`;
    stage.style.height = `${height}px`;
    stage.style.transform = `translate(${x}px, ${y}px) scale(${group.z})`;
  }
  say(toolbar.percent, word("percent", { percent: Math.round(scale * 100) }));
  root.classList.toggle("blank", !hasPicture());
  parts.drawn?.(box, x, width * group.z);
  if (group.z > 1.01) sharpenSoon();
}

function movable(box) {
  return box.w * box.fit * group.z > box.width + 0.5 || box.h * box.fit * group.z > box.height + 0.5;
}

let sharpening = 0;
function sharpenSoon() {
  clearTimeout(sharpening);
  sharpening = setTimeout(() => {
    const box = measure();
    if (!box || group.z <= 1.01) return;
    for (const slot of slots()) slot.sharpen(box.w * box.fit * group.z);
  }, 120);
}

function slots() {
  return parts.slots();
}

function blend() {
  parts.blend();
}

// What follows from pictures having come or gone; gathered into one frame.
function refresh() {
  if (scheduled) return;
  scheduled = requestAnimationFrame(() => {
    scheduled = 0;
    parts.refresh();
    blend();
    draw();
  });
}

function update() {
  value = props.value ?? {};
  const size = value.width > 0 && value.height > 0 ? `${value.width}×${value.height}` : "";
  if (size && size !== group.size) {
    [group.size, group.z, group.u, group.v] = [size, 1, 0.5, 0.5];
    for (const member of members(group)) member.draw(false);
  }
  root.style.setProperty("--ratio", size ? value.width / value.height : 1.5);
  if (Number.isFinite(value.strength)) setStrength(group, value.strength);
  toolbar.words();
  parts.update();
  refresh();
}

// --------------------------------------------------------------------------------------------------------- buttons

function zoomBy(factor, glide = true) {
  look(group.z * factor, group.u, group.v, glide);
}

function actualSize(u = group.u, v = group.v) {
  const box = measure();
  if (box) look(1 / box.fit, u, v, true);
}

function buildToolbar(place) {
  const bar = make("div", "zoom", place, { role: "group" });
  const button = (name, sign, act) => {
    const made = make("button", name, bar, { type: "button" });
    say(made, sign);
    made.addEventListener("click", act);
    return made;
  };
  const out = button("out", "−", () => zoomBy(1 / 1.4));
  const percent = make("span", "percent", bar);
  const into = button("in", "+", () => zoomBy(1.4));
  const fit = button("fit", "", () => look(1, 0.5, 0.5, true));
  const actual = button("actual", "1:1", () => actualSize());
  const name = (node, key) => {
    node.setAttribute("aria-label", word(key));
    node.title = word(key);
  };
  const words = () => {
    name(bar, "zoom");
    name(out, "zoom_out");
    name(into, "zoom_in");
    say(fit, word("fit"));
    name(fit, "fit_help");
    name(actual, "actual_help");
  };
  return { percent, words };
}

function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || !hasPicture()) return;
  const box = measure();
  if (!box) return;
  const { width, height } = geometry(box);
  const [stepX, stepY] = [(0.15 * box.width) / (width * group.z), (0.15 * box.height) / (height * group.z)];
  const move = (x, y) => movable(box) && (look(group.z, group.u + x * stepX, group.v + y * stepY, true), true);
  const acts = {
    "+": () => (zoomBy(1.25), true),
    "=": () => (zoomBy(1.25), true),
    "-": () => (zoomBy(0.8), true),
    0: () => (look(1, 0.5, 0.5, true), true),
    1: () => (actualSize(), true),
    ArrowLeft: () => move(-1, 0),
    ArrowRight: () => move(1, 0),
    ArrowUp: () => move(0, -1),
    ArrowDown: () => move(0, 1),
  };
  if (Object.hasOwn(acts, event.key) && acts[event.key]()) event.preventDefault();
}

// --------------------------------------------------------------------------------------------- wheel, mouse, fingers

// The point of the picture (0…1) under the pointer, and the view that puts that point there at another zoom.
function under(box, at) {
  const { width, height, x, y } = geometry(box);
  return [(at.x - x) / (width * group.z), (at.y - y) / (height * group.z)];
}

function lookWith(box, point, at, z) {
  const limit = Math.max(MAX_SCALE, 8 * box.fit) / box.fit;
  const kept = Math.min(limit, Math.max(Math.min(1, 1 / box.fit), z));
  const [width, height] = [box.w * box.fit * kept, box.h * box.fit * kept];
  look(kept, point[0] + (box.width / 2 - at.x) / width, point[1] + (box.height / 2 - at.y) / height);
}

function place(event, frame) {
  const area = frame.getBoundingClientRect();
  return { x: event.clientX - area.left - frame.clientLeft, y: event.clientY - area.top - frame.clientTop };
}

function attend(frame) {
  const fingers = new Map();
  let gesture = null;
  let lastTap = null;

  frame.addEventListener(
    "wheel",
    (event) => {
      const box = measure();
      if (!box || !hasPicture()) return;
      const pinch = event.ctrlKey;
      // a page being scrolled past the pictures goes on scrolling, and so does one at fit that cannot get smaller
      if (!pinch && (performance.now() - lastScroll < 250 || (event.deltaY > 0 && group.z <= 1))) {
        lastScroll = performance.now();
        return;
      }
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1;
      const turned = Math.max(-300, Math.min(300, event.deltaY * unit));
      let z = group.z * Math.exp(-turned * (pinch ? 0.01 : 0.002));
      if (group.z > 1 && z < 1) z = 1;
      const at = place(event, frame);
      lookWith(box, under(box, at), at, z);
    },
    { passive: false },
  );

  const begin = () => {
    const box = measure();
    const all = [...fingers.values()];
    if (!box || all.length === 0) return (gesture = null);
    const at = middle(all);
    gesture = { at, point: under(box, at), z: group.z, spread: spread(all), count: all.length, start: at, moved: gesture?.moved ?? false };
  };

  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("input, button")) return;
    if (event.pointerType === "mouse") fingers.clear();
    fingers.set(event.pointerId, place(event, frame));
    if (fingers.size > 2) return;
    if (fingers.size === 1) gesture = null;
    frame.setPointerCapture(event.pointerId);
    begin();
  });

  frame.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId) || !gesture) return;
    fingers.set(event.pointerId, place(event, frame));
    const box = measure();
    const all = [...fingers.values()];
    if (!box || !hasPicture()) return;
    const at = middle(all);
    const [dx, dy] = [at.x - gesture.start.x, at.y - gesture.start.y];
    if (!gesture.moved && Math.hypot(dx, dy) < 4 && gesture.count === 1) return;
    gesture.moved = true;
    if (gesture.count > 1) lookWith(box, gesture.point, at, Math.max(Math.min(1, gesture.z), gesture.z * (spread(all) / gesture.spread)));
    else if (movable(box)) lookWith(box, gesture.point, at, group.z);
    else parts.slide?.(at.x);
    frame.classList.add("held");
  });

  const end = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    const done = gesture;
    if (fingers.size > 0) return begin();
    frame.classList.remove("held");
    gesture = null;
    if (!done || event.type !== "pointerup") return;
    const at = place(event, frame);
    const box = measure();
    if (done.moved) {
      lastTap = null;
      const dx = at.x - done.start.x;
      if (box && done.count === 1 && !movable(box) && event.pointerType === "touch" && Math.abs(dx) > 48) parts.swipe?.(dx < 0 ? 1 : -1);
      return;
    }
    const now = performance.now();
    if (lastTap && now - lastTap.time < 350 && Math.hypot(at.x - lastTap.at.x, at.y - lastTap.at.y) < 30) {
      lastTap = null;
      toggle(at);
    } else lastTap = { time: now, at };
  };
  frame.addEventListener("pointerup", end);
  frame.addEventListener("pointercancel", end);

  const toggle = (at) => {
    const box = measure();
    if (!box || !hasPicture()) return;
    if (Math.abs(group.z - 1) > 0.01) return look(1, 0.5, 0.5, true);
    const z = box.fit < 1 ? 1 / box.fit : 2; // a small picture is past 100 % already
    const [u, v] = under(box, at);
    const [width, height] = [box.w * box.fit * z, box.h * box.fit * z];
    look(z, u + (box.width / 2 - at.x) / width, v + (box.height / 2 - at.y) / height, true);
  };
}

function middle(points) {
  const sum = points.reduce((a, p) => ({ x: a.x + p.x, y: a.y + p.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

function spread(points) {
  return points.length < 2 ? 1 : Math.max(1, Math.hypot(points[0].x - points[1].x, points[0].y - points[1].y));
}

let lastScroll = 0;
const onPageWheel = (event) => {
  if (!root.isConnected) window.removeEventListener("wheel", onPageWheel);
  else if (!event.target.closest?.(".rv .box")) lastScroll = performance.now();
};
window.addEventListener("wheel", onPageWheel, { passive: true });

// ----------------------------------------------------------------------------------------------------------- panes

function buildPanes() {
  const choose = make("div", "segments", root, { role: "group" });
  const row = make("div", "row", root, { role: "group", tabindex: "0" });
  const foot = make("div", "foot", root);
  const tip = make("span", "tip fine", foot);
  const tipTouch = make("span", "tip coarse", foot);
  const shown = new Map();
  let active = null;
  row.addEventListener("keydown", onKey);

  // where there are more than fit beside each other
  function reveal(segment) {
    const [bar, one] = [choose, segment].map((node) => node.getBoundingClientRect());
    choose.scrollLeft += one.left + one.width / 2 - bar.left - bar.width / 2;
  }

  function activate(id) {
    active = id;
    for (const [key, one] of shown) {
      one.pane.classList.toggle("active", key === id);
      one.segment.setAttribute("aria-pressed", String(key === id));
      if (key === id) reveal(one.segment);
    }
    draw();
  }

  function add(id) {
    const pane = make("figure", "pane box", null);
    const one = {
      pane,
      stage: make("div", "stage", pane),
      empty: make("div", "empty", pane),
      chip: make("figcaption", "chip", pane),
      act: make("button", "act", pane, { type: "button" }),
      busy: make("div", "busy", pane, { role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" }),
      segment: make("button", "segment", null, { type: "button", "aria-pressed": "false" }),
    };
    pane.dataset.pane = one.segment.dataset.pane = id;
    one.below = new Slot(one.stage);
    one.slot = new Slot(one.stage);
    one.icon = make("span", "icon", one.empty);
    one.hint = make("span", "hint", one.empty);
    one.label = make("span", "label", one.chip);
    one.caption = make("span", "caption", one.chip);
    one.busyText = make("span", "text", one.busy);
    one.busyBar = make("i", "", make("span", "bar", one.busy));
    one.segment.addEventListener("click", () => activate(id));
    one.act.addEventListener("click", () => trigger("select", { id }));
    attend(pane);
    shown.set(id, one);
    return one;
  }

  function update() {
    const list = (Array.isArray(value.panes) ? value.panes : []).filter((one) => one && typeof one.id === "string");
    const wanted = new Set(list.map((one) => one.id));
    for (const [id, one] of shown) {
      if (wanted.has(id)) continue;
      one.pane.remove();
      one.segment.remove();
      shown.delete(id);
    }
    row.setAttribute("aria-label", word("pictures"));
    choose.setAttribute("aria-label", word("choose"));
    say(tip, word("tip"));
    say(tipTouch, word("tip_touch"));
    root.style.setProperty("--columns", list.length <= 4 ? Math.max(1, list.length) : 3);
    let changed = null;
    list.forEach((given, place) => {
      const one = shown.get(given.id) ?? add(given.id);
      if (row.children[place] !== one.pane) row.insertBefore(one.pane, row.children[place] ?? null);
      if (choose.children[place] !== one.segment) choose.insertBefore(one.segment, choose.children[place] ?? null);
      const label = spoken(given.label);
      const caption = spoken(given.caption);
      const before = one.slot.url;
      const wasBusy = Boolean(one.given?.busy);
      one.given = given;
      one.slot.set(given.url, given.full, caption ? word("captioned", { label, caption }) : label);
      say(one.label, label);
      say(one.caption, caption);
      say(one.segment, label);
      say(one.act, given.action);
      one.act.setAttribute("aria-label", word("action", { action: spoken(given.action), label }));
      one.act.hidden = !spoken(given.action);
      one.pane.classList.toggle("stale", Boolean(given.stale));
      const busy = given.busy ?? null;
      one.pane.classList.toggle("working", Boolean(busy));
      if (busy) {
        const percent = Math.round(100 * Math.min(1, Math.max(0, Number(busy.fraction) || 0)));
        say(one.busyText, busy.text);
        one.busyBar.style.width = `${percent}%`;
        one.busy.setAttribute("aria-valuenow", percent);
        one.busy.setAttribute("aria-valuetext", spoken(busy.text));
        one.busy.setAttribute("aria-label", label);
      }
      if ((one.slot.url && one.slot.url !== before) || (busy && !wasBusy)) changed = given.id;
    });
    // on a phone one pane is seen at a time: the one that has just changed
    if (changed !== null) activate(changed);
    else if (!shown.has(active)) activate(list[0]?.id ?? null);
  }

  function refresh() {
    for (const one of shown.values()) {
      one.pane.classList.toggle("vacant", !one.slot.img);
      one.empty.hidden = Boolean(one.slot.img);
      say(one.hint, one.slot.broken ? word("broken") : one.given.hint);
    }
  }

  function blend() {
    for (const one of shown.values()) {
      const base = shown.get(one.given.over)?.given;
      const needed = base && one.slot.url && group.strength < 1;
      one.below.set(needed ? base.url : null, needed ? base.full : null);
      one.slot.holder.style.opacity = needed && one.below.img ? group.strength : "";
    }
  }

  function swipe(step) {
    const order = [...shown.keys()].sort((a, b) => [...row.children].indexOf(shown.get(a).pane) - [...row.children].indexOf(shown.get(b).pane));
    const next = order[order.indexOf(active) + step];
    if (next !== undefined && getComputedStyle(choose).display !== "none") activate(next);
  }

  const all = () => [...shown.values()].flatMap((one) => [one.below, one.slot]);
  return { toolbarPlace: foot, update, refresh, blend, swipe, slots: all };
}

// ------------------------------------------------------------------------------------------------------ comparison

function buildComparison() {
  const tabs = make("div", "tabs", root, { role: "tablist" });
  const unique = `rv-${Math.random().toString(36).slice(2)}`;
  const frame = make("div", "frame box", root, { role: "tabpanel", tabindex: "0", id: `${unique}-panel` });
  const empty = make("div", "empty", frame);
  make("span", "icon", empty);
  const hint = make("span", "hint", empty);
  const foot = make("div", "foot", root);
  const legend = make("div", "legend", foot);
  const low = make("span", "end", legend);
  const colours = make("span", "colours", legend);
  const high = make("span", "end", legend);
  const explain = make("span", "explain", legend);
  const views = new Map();
  let active = null;
  let position = 50;
  let made = 0;
  frame.addEventListener("keydown", (event) => event.target === frame && onKey(event));
  attend(frame);

  function add(id, double) {
    const holder = make("div", "view", frame);
    const tab = make("button", "tab", null, { type: "button", role: "tab", "aria-controls": frame.id, id: `${unique}-${made++}` });
    tab.dataset.view = id;
    tab.addEventListener("click", () => activate(id));
    const one = { holder, tab, double };
    const side = (className) => {
      const half = make("div", `half ${className}`, holder);
      return { half, slot: new Slot(make("div", "stage", half)) };
    };
    if (double) {
      one.before = side("before");
      one.after = side("after");
      one.line = make("div", "line", holder);
      one.left = make("span", "chip left", holder);
      one.right = make("span", "chip right", holder);
      one.range = make("input", "split", holder, { type: "range", min: "0", max: "100", step: "1", value: "50" });
      one.range.addEventListener("input", () => slideTo(Number(one.range.value)));
    } else one.slot = side("single").slot;
    views.set(id, one);
    return one;
  }

  function drop(id) {
    views.get(id).holder.remove();
    views.get(id).tab.remove();
    views.delete(id);
  }

  function activate(id) {
    active = id;
    for (const [key, one] of views) {
      one.tab.setAttribute("aria-selected", String(key === id));
      one.tab.tabIndex = key === id ? 0 : -1;
      one.holder.hidden = key !== id;
    }
    const one = views.get(id);
    if (one) frame.setAttribute("aria-labelledby", one.tab.id);
    fill();
    refresh();
    draw();
  }

  // a picture that is gone must not wait in a view that is not open
  function forget({ double, before, after, slot, given }) {
    for (const [place, wanted] of double ? [[before.slot, given.before], [after.slot, given.after]] : [[slot, given]]) {
      if (!wanted?.url) place.set(null, null);
    }
  }

  // only the open view loads its pictures
  function fill() {
    const one = views.get(active);
    if (!one) return;
    const { given } = one;
    if (one.double) {
      one.before.slot.set(given.before?.url, given.before?.full, spoken(given.before?.label));
      one.after.slot.set(given.after?.url, given.after?.full, spoken(given.after?.label));
      say(one.left, given.before?.label);
      say(one.right, given.after?.label);
      one.range.setAttribute("aria-label", word("slider"));
      tell(one);
    } else one.slot.set(given.url, given.full, spoken(given.label));
    const key = given.legend ?? {};
    const stops = (Array.isArray(key.colors) ? key.colors : []).filter((one) => /^#[0-9a-f]{6}$/i.test(one));
    colours.hidden = stops.length < 2;
    colours.style.background = stops.length < 2 ? "" : `linear-gradient(to right, ${stops.join(", ")})`;
    say(low, stops.length < 2 ? "" : key.low);
    say(high, stops.length < 2 ? "" : key.high);
    say(explain, key.text);
  }

  function update() {
    const list = (Array.isArray(value.views) ? value.views : []).filter((one) => one && typeof one.id === "string");
    const wanted = new Set(list.map((one) => one.id));
    for (const id of [...views.keys()]) if (!wanted.has(id)) drop(id);
    tabs.setAttribute("aria-label", word("views"));
    list.forEach((given, place) => {
      const double = "before" in given;
      if (views.has(given.id) && views.get(given.id).double !== double) drop(given.id);
      const one = views.get(given.id) ?? add(given.id, double);
      one.given = given;
      if (tabs.children[place] !== one.tab) tabs.insertBefore(one.tab, tabs.children[place] ?? null);
      say(one.tab, given.label);
    });
    for (const [id, one] of views) if (id !== active) forget(one);
    if (views.has(active)) fill();
    else activate(list[0]?.id ?? null);
  }

  function refresh() {
    const one = views.get(active);
    const main = one && (one.double ? one.before.slot : one.slot);
    empty.hidden = Boolean(main?.img);
    legend.hidden = !main?.img || (colours.hidden && !explain.textContent);
    say(hint, main?.broken ? word("broken") : one?.given.hint);
    if (!one?.double) return;
    const both = Boolean(one.before.slot.img && one.after.slot.img);
    for (const part of [one.line, one.range, one.right]) part.hidden = !both;
    one.left.hidden = !one.before.slot.img;
  }

  function blend() {
    for (const one of views.values()) if (one.double) one.after.slot.holder.style.opacity = group.strength < 1 ? group.strength : "";
  }

  // The divider stands where it is in the box while the pictures move under it; it cannot leave the picture.
  function span(box, x, width) {
    const left = Math.max(0, x);
    return { left, width: Math.max(1, Math.min(box.width, x + width) - left) };
  }

  function drawn(box, x, width) {
    const one = views.get(active);
    if (!one?.double) return;
    const reach = span(box, x, width);
    const line = reach.left + (position / 100) * reach.width;
    one.after.half.style.clipPath = `inset(0 0 0 ${line}px)`;
    one.line.style.transform = `translateX(${line}px)`;
    one.range.style.left = `${reach.left}px`;
    one.range.style.setProperty("--span", `${reach.width}px`);
    one.left.style.opacity = line - reach.left < 40 ? 0 : "";
    one.right.style.opacity = reach.left + reach.width - line < 40 ? 0 : "";
  }

  function tell(one) {
    const text = word("slider_value", { percent: Math.round(100 - position) });
    one.range.setAttribute("aria-valuetext", text);
  }

  function slideTo(to) {
    position = Math.min(100, Math.max(0, to));
    const one = views.get(active);
    if (Number(one.range.value) !== Math.round(position)) one.range.value = Math.round(position);
    tell(one);
    draw();
  }

  function slide(at) {
    if (!views.get(active)?.double) return;
    const box = measure();
    const { x, width } = geometry(box);
    const reach = span(box, x, width * group.z);
    slideTo((100 * (at - reach.left)) / reach.width);
  }

  const all = () => [...views.values()].flatMap((one) => (one.double ? [one.before.slot, one.after.slot] : [one.slot]));
  return { toolbarPlace: foot, update, refresh, blend, drawn, slide, slots: all };
}

// Fires when the component gets a place in the page, and so after each time it was hidden or taken out.
new ResizeObserver(() => {
  group.members.add(me);
  blend();
  draw(false);
}).observe(root);
watch("value", update);
const onLanguage = () => (root.isConnected ? update() : document.removeEventListener("restorers:language", onLanguage));
document.addEventListener("restorers:language", onLanguage);
update();

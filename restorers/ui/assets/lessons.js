// The lessons. Which step is open is known here and stands in the address; two components draw it: the Lessons tab, and the bar that
// stays on the other tabs. And what a link hides (?hide=…) is hidden here, before anything is drawn.
restorers.lessons = (() => {
  const { lessons, hidden, tabs, words } = restorers.lessonData;
  const query = new URLSearchParams(location.search);
  const SETTLED = "#restore-save [data-live]"; // the Restore tab shows what the address says
  const now = { lesson: null, step: 1 }; // steps count from 1
  const ignored = [];
  const changed = new EventTarget();
  const concealed = new Set();
  let inRoom = false;
  let send = null;

  // ------------------------------------------------------------------------------------------------------------ words

  const filled = (text, values) =>
    Object.fromEntries(Object.entries(text).map(([language, said]) => [language, said.replace(/{(\w+)}/g, (_, name) => values[name])]));

  // both languages, as everywhere in the HTML of the page: one style rule shows one of them
  function say(element, text) {
    const span = (language, lang) => {
      const one = document.createElement("span");
      one.className = `in-${language}`;
      one.lang = lang;
      one.textContent = text[language];
      return one;
    };
    element.replaceChildren(span("en", "en"), span("zh", "zh-CN"));
    return element;
  }

  function make(tag, className, parent, text, attributes = {}) {
    const element = document.createElement(tag);
    element.className = className;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) say(element, text);
    parent?.append(element);
    return element;
  }

  function button(className, parent, text, onClick, attributes = {}) {
    const one = make("button", className, parent, text, { type: "button", ...attributes });
    one.addEventListener("click", onClick);
    return one;
  }

  // ---------------------------------------------------------------------------------------------------------- the link

  function read() {
    const short = (value) => value.slice(0, 40);
    for (const name of query.getAll("hide").join(",").split(",").map((part) => part.trim()).filter(Boolean)) {
      if (hidden.some((one) => one.name === name)) concealed.add(name);
      else ignored.push(filled(words.no_control, { value: short(name) }));
    }
    const tab = query.get("tab");
    if (tab !== null && !tabs.includes(tab)) ignored.push(filled(words.no_tab, { value: short(tab) }));
    const name = query.get("lesson");
    if (name === null) return;
    now.lesson = lessons.find((one) => one.name === name) ?? null;
    if (!now.lesson) {
      ignored.push(filled(words.no_lesson, { value: short(name) }));
      return;
    }
    const step = query.get("step") ?? "1";
    const steps = now.lesson.steps.length;
    if (/^\d{1,4}$/.test(step) && Number(step) >= 1 && Number(step) <= steps) now.step = Number(step);
    else ignored.push(filled(words.no_step, { value: short(step), steps }));
  }

  function conceal() {
    const rules = hidden.filter((one) => concealed.has(one.name)).map((one) => `${one.selector} { display: none !important; }`);
    if (rules.length) make("style", "", document.head).textContent = rules.join("\n");
  }

  function go(lesson, step) {
    now.lesson = lesson;
    now.step = step;
    restorers.address.put(["lesson", "step"], lesson ? `lesson=${lesson.name}&step=${step}` : "");
    changed.dispatchEvent(new Event("step"));
  }

  // ------------------------------------------------------------------------------------------------------------- tabs

  // The first element that matches, as soon as there is one that can be seen, or one at all; null after so many seconds.
  async function found(selector, seconds = 10, hiddenToo = false) {
    const end = performance.now() + 1000 * seconds;
    for (;;) {
      const element = document.querySelector(selector);
      if (element && (hiddenToo || element.offsetParent !== null)) return element;
      if (performance.now() > end) return null;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  async function openTab(id) {
    const tab = await found(`#tab-${id}-button`, 60, true);
    for (let tries = 0; tab && tries < 20 && tab.getAttribute("aria-selected") !== "true"; tries++) {
      tab.click(); // while the page is being built a click may be lost
      await found(`#tab-${id}-button[aria-selected="true"]`, 0.5, true);
    }
  }

  const current = () => now.lesson.steps[now.step - 1];

  // Sets the page as the step says, leads there, and marks the place.
  async function show() {
    const step = current();
    restorers.address.once(step.tab); // what the address says of it no longer counts
    await openTab(step.tab);
    await found(`#${step.tab}`); // what is in a tab that was never open cannot be set
    await found(SETTLED, 60, true); // nor before the page has set itself as its address says
    if (!now.lesson || step !== current()) return;
    send({ lesson: now.lesson.name, step: now.step }, step.tab === "train" ? "select" : step.run ? "submit" : "input");
    await found(".lesson-strip", 2); // it is part of the page: what is below it moves down
    const place = await found(step.selector, 1);
    if (!place) return;
    if (step.view) place.querySelector(`[data-view="${step.view}"]`)?.click();
    const accent = getComputedStyle(document.body).getPropertyValue("--accent");
    const ring = { outline: `3px solid ${accent}`, outlineOffset: "4px" };
    place.animate([ring, { ...ring, offset: 0.8 }, { ...ring, outlineColor: "transparent" }], { duration: 3000 });
    bring(place);
    stay(place);
  }

  function bring(place) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const bar = document.querySelector("#lesson-bar").getBoundingClientRect().height;
    const box = place.getBoundingClientRect();
    if (box.top >= bar + 12 && box.bottom <= innerHeight) return;
    scrollTo({ top: box.top + scrollY - bar - 12, behavior: calm ? "auto" : "smooth" });
  }

  // While the controls above it change, the place moves; it is followed until the visitor moves the page himself.
  async function stay(place) {
    const moves = new AbortController();
    for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      addEventListener(kind, () => moves.abort(), { once: true, passive: true, signal: moves.signal });
    }
    for (let i = 0; i < 6 && !moves.signal.aborted; i++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (!moves.signal.aborted && place.isConnected && place.offsetParent) bring(place);
    }
    moves.abort();
  }

  // -------------------------------------------------------------------------------------------------- parts of a step

  function question(parent) {
    const step = current();
    const asked = make("p", "lesson-question", parent);
    make("b", "unseen", asked, words.question);
    make("span", "", asked, step.question);
    const answer = make("details", "lesson-answer", parent);
    make("summary", "", answer, words.answer);
    make("p", "", answer, step.answer);
  }

  function walk(parent, onward) {
    const steps = now.lesson.steps.length;
    const to = (by) => () => (go(now.lesson, now.step + by), onward(by));
    const before = button("lesson-button", parent, words.previous, to(-1), { "data-previous": "" });
    const after = button("lesson-button", parent, words.next, to(1), { "data-next": "" });
    before.disabled = now.step === 1;
    after.disabled = now.step === steps;
  }

  // The buttons are drawn anew with each step: whoever walks by keyboard stays on his button, at the end on the other one.
  function resting(by) {
    const last = now.step === (by > 0 ? now.lesson.steps.length : 1);
    return by > 0 !== last ? "[data-next]" : "[data-previous]";
  }

  // ---------------------------------------------------------------------------------------------------------- the bar

  function bar(element, props, trigger) {
    const root = element.querySelector(".lesson-bar");
    const block = root.closest("#lesson-bar");
    const notices = make("div", "lesson-notices", root, null, { role: "status" });
    const strip = make("section", "lesson-strip", root, null, { "aria-label": "" });
    let folded = false;
    send = (value, event) => {
      props.value = value;
      trigger(event);
    };

    function drawNotices() {
      notices.replaceChildren();
      if (!ignored.length) return;
      const list = make("div", "", notices);
      for (const text of [words.ignored, ...ignored]) make("p", "notice", list, text);
      button("lesson-button", notices, words.close, () => (ignored.splice(0), draw()));
    }

    function draw() {
      const walking = Boolean(now.lesson) && !inRoom;
      drawNotices();
      strip.replaceChildren();
      strip.hidden = !walking;
      block.hidden = !walking && !ignored.length;
      if (!walking) return;
      strip.setAttribute("aria-label", words.bar[restorers.language()]);
      const head = make("div", "lesson-strip-head", strip);
      const title = make("p", "lesson-strip-title", head, null, { tabindex: "-1" });
      make("b", "", title, now.lesson.title);
      make("span", "lesson-count", title, filled(words.place, { step: now.step, steps: now.lesson.steps.length }));
      walk(head, (by) => (show(), focusOn(resting(by))));
      if (!concealed.has("lessons")) button("lesson-button", head, words.back, back, { "data-back": "" });
      button("lesson-plain", head, folded ? words.unfold : words.fold, () => ((folded = !folded), draw(), focusOn("[data-fold]")), {
        "data-fold": "", "aria-expanded": String(!folded),
      });
      button("lesson-plain", head, words.end, () => go(null, 1), { "data-end": "" });
      if (folded) return;
      const body = make("div", "lesson-strip-body", strip);
      make("p", "lesson-says", body, current().says, { "aria-live": "polite" });
      question(body);
      const foot = make("p", "lesson-where", body);
      button("lesson-plain", foot, words.again, show, { "data-again": "" });
      make("span", "", foot, current().where);
    }

    // what takes the focus is scrolled into sight, not behind the bar
    new ResizeObserver(() => (document.documentElement.style.scrollPaddingTop = `${block.offsetHeight + 8}px`)).observe(block);

    const focusOn = (selector) => strip.querySelector(selector)?.focus({ preventScroll: true });

    async function back() {
      await openTab("lessons");
      (await found("#lesson-room h2"))?.focus();
    }

    changed.addEventListener("step", draw);
    changed.addEventListener("room", draw);
    document.addEventListener("restorers:language", draw);
    draw();
    begin();
  }

  // The page opens: on the tab of the link, or on its lesson; where the tab of the lessons is hidden, on what the step shows.
  async function begin() {
    if (query.has("lesson")) go(now.lesson, now.step);
    const tab = query.get("tab");
    if (now.lesson && concealed.has("lessons")) await show();
    else if (now.lesson && !tabs.includes(tab)) await openTab("lessons");
    else if (concealed.has(tab ?? "restore")) {
      await found("#tab-restore-button", 10, true);
      const free = [...document.querySelectorAll("#page-tabs [role=tab]")].find((one) => getComputedStyle(one).display !== "none");
      free?.click();
    } else if (tabs.includes(tab)) {
      await found(SETTLED, 60, true); // the other tabs look at its photo
      await openTab(tab);
    }
  }

  // ---------------------------------------------------------------------------------------------------------- the tab

  function room(element) {
    const root = element.querySelector(".lesson-room");
    const body = make("div", "lesson-body", root);
    teachers(root);

    function list() {
      make("p", "lesson-intro", body, words.intro);
      const cards = make("ol", "lesson-cards", body);
      for (const lesson of lessons) {
        const card = button("lesson-card", make("li", "", cards), null, () => (go(lesson, 1), focus()), { "data-lesson": lesson.name });
        make("b", "", card, lesson.title);
        make("span", "lesson-about", card, lesson.about);
        make("span", "lesson-length", card, lesson.length);
      }
    }

    function lesson() {
      const step = current();
      const steps = now.lesson.steps.length;
      const head = make("div", "lesson-head", body);
      button("lesson-plain", head, words.all, () => (go(null, 1), body.querySelector("button")?.focus()), { "data-all": "" });
      make("h2", "", head, now.lesson.title, { tabindex: "-1" });
      const places = make("ol", "lesson-steps", body, null, { "aria-label": words.steps[restorers.language()] });
      now.lesson.steps.forEach((_, i) => {
        const one = button("", make("li", "", places), null, () => (go(now.lesson, i + 1), focus()), i + 1 === now.step ? { "aria-current": "step" } : {});
        make("span", "unseen", one, filled(words.place, { step: i + 1, steps }));
        make("span", "", one, null, { "aria-hidden": "true" }).textContent = i + 1;
      });
      const card = make("article", "lesson-step", body);
      make("p", "lesson-says", card, step.says);
      const act = make("div", "lesson-act", card);
      button("lesson-show", act, words.show, async () => (await show(), document.querySelector(".lesson-strip-title")?.focus({ preventScroll: true })), { "data-show": "" });
      make("span", "lesson-where", act, step.where);
      question(card);
      walk(make("div", "lesson-walk", card), (by) => body.querySelector(resting(by))?.focus());
    }

    const focus = () => body.querySelector("h2")?.focus();

    function draw() {
      body.replaceChildren();
      (now.lesson ? lesson : list)();
    }

    changed.addEventListener("step", draw);
    document.addEventListener("restorers:language", draw);
    // a tab that is not open has no size
    new ResizeObserver(() => {
      const open = element.offsetParent !== null;
      if (open === inRoom) return;
      inRoom = open;
      changed.dispatchEvent(new Event("room"));
    }).observe(element);
    draw();
  }

  function teachers(parent) {
    const fold = make("details", "fold lesson-teachers", parent);
    make("summary", "", fold, words.teachers);
    make("p", "note", fold, words.teachers_help);
    const choice = make("fieldset", "lesson-hide", fold);
    make("legend", "title", choice, words.hide);
    const boxes = hidden.map(({ name, title }) => {
      const label = make("label", "", choice);
      const box = make("input", "", label, null, { type: "checkbox", value: name });
      box.checked = concealed.has(name);
      box.addEventListener("change", write);
      make("span", "", label, title);
      make("code", "", label).textContent = name;
      return box;
    });
    const field = (title, name) => {
      const label = make("label", "", fold);
      make("span", "title", label, title);
      const line = make("span", "copy", label);
      const input = make("input", "", line, null, { readonly: "", "data-teacher": name });
      const copy = button("", line, null, async () => {
        input.select();
        try { await navigator.clipboard.writeText(input.value); } catch { document.execCommand("copy"); }
        copy.classList.add("copied");
        setTimeout(() => copy.classList.remove("copied"), 1500);
      });
      make("span", "copy-before", copy, words.copy);
      make("span", "copy-after", copy, words.copied);
      return input;
    };
    const link = field(words.link, "link");
    const frame = field(words.frame, "frame");

    function write() {
      const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
      const pairs = now.lesson ? [`lesson=${now.lesson.name}`, `step=${now.step}`] : [];
      if (chosen.length) pairs.push(`hide=${chosen.join(",")}`);
      link.value = `${location.origin}${location.pathname}${pairs.length ? `?${pairs.join("&")}` : ""}`;
      frame.value = `<iframe src="${link.value.replaceAll("&", "&amp;")}" width="100%" height="900" allow="clipboard-write; camera"></iframe>`;
    }
    changed.addEventListener("step", write);
    write();
  }

  read();
  conceal();
  return { bar, room, now };
})();

// Gradio's own names of its buttons and inputs are English in every language, and one is the bare key of a translation.
(() => {
  const NAMES = {
    "common.upload": ["Upload", "上传"],
    "Upload file": ["Upload file", "上传文件"],
    "Capture from camera": ["Capture from camera", "用摄像头拍摄"],
    "Paste from clipboard": ["Paste from clipboard", "从剪贴板粘贴"],
    "grant webcam access": ["Grant access to the camera", "允许使用摄像头"],
    "capture photo": ["Capture photo", "拍照"],
    "select input source": ["Select camera", "选择摄像头"],
    "Remove Image": ["Remove image", "移除图片"],
    "Click to upload or drop files": ["Click to upload or drop files", "点击上传或拖入文件"],
    "Remove this file": ["Remove this file", "移除此文件"],
    "Reset to default value": ["Reset to default value", "恢复默认值"],
  };
  const INPUT = /^(number input|range slider) for (.*)$/s;
  const INPUTS = { "number input": "数字输入", "range slider": "滑块" };
  const ATTRIBUTES = ["aria-label", "title"];
  const given = new WeakMap(); // what Gradio had written where something else stands now

  function translated(name) {
    const chinese = restorers.language() === "zh";
    const [, kind, label] = name.match(INPUT) ?? [];
    if (kind) return chinese ? `${label}：${INPUTS[kind]}` : name;
    return Object.hasOwn(NAMES, name) ? NAMES[name][Number(chinese)] : name;
  }

  function rename(one) {
    for (const attribute of ATTRIBUTES) {
      const now = one.getAttribute(attribute);
      if (now === null) continue;
      const ours = given.get(one)?.[attribute];
      const name = ours?.written === now ? ours.name : now;
      const written = translated(name);
      if (written === now) continue;
      given.set(one, { ...given.get(one), [attribute]: { name, written } });
      one.setAttribute(attribute, written);
    }
  }

  function renameAll(root) {
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    for (const one of [root, ...root.querySelectorAll("[aria-label], [title]")]) rename(one);
  }

  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) type === "attributes" ? rename(target) : addedNodes.forEach(renameAll);
  }).observe(document.documentElement, { attributes: true, attributeFilter: ATTRIBUTES, childList: true, subtree: true });
  document.addEventListener("restorers:language", () => renameAll(document.documentElement));
})();

// Every text that is seen, with too little contrast to its ground (WCAG 2.2, 1.4.3): [ratio, text]. Texts over pictures are left out.
() => {
  const channels = (colour) => {
    const [r, g, b, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return colour.startsWith("color(srgb") ? [255 * r, 255 * g, 255 * b, alpha] : [r, g, b, alpha];
  };
  const over = ([r, g, b, alpha], ground) => [...[r, g, b].map((value, i) => value * alpha + ground[i] * (1 - alpha)), 1];
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

  function ratio(element) {
    const layers = [];
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      opacity *= Number(style.opacity);
      layers.push(channels(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    const ground = layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
    const [r, g, b, alpha] = channels(getComputedStyle(element).color);
    const [low, high] = [luminance(over([r, g, b, alpha * opacity], ground)), luminance(ground)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }

  const found = [];
  let count = 0;
  const judge = (element, text) => {
    const { fontSize, fontWeight } = getComputedStyle(element);
    const large = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);
    const measured = ratio(element);
    count += 1;
    if (measured < (large ? 3 : 4.5)) found.push([measured.toFixed(2), text.slice(0, 40)]);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const element = node.parentElement;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { width, height } = range.getBoundingClientRect();
    if (!node.textContent.trim() || width < 2 || height < 2 || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest("script, style, option, .unseen, .busy, .box:not(.vacant) .chip, [disabled]")) continue;
    judge(element, node.textContent.trim());
  }
  for (const field of document.querySelectorAll("select, textarea, input:not([type=range], [type=checkbox], [type=radio], [type=file])")) {
    if (field.checkVisibility({ visibilityProperty: true })) judge(field, `${field.tagName} ${field.value}`);
  }
  return { count, found };
}

// Contrast as WCAG 2.2 counts it. The function runs in the page: it looks at every text that is seen.
'use strict';

function contrastFaults() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const isClear = (color) => channels(color)[3] === 0;
  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!isClear(color)) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const faults = [];
  let looked = 0;
  for (const element of document.body.querySelectorAll('*')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!hasText || !element.checkVisibility() || element.matches('script, option')) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(style.color), luminance(backgroundOf(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    ++looked;
    if (ratio < (isLarge ? 3 : 4.5)) {
      faults.push([element.tagName, element.className, style.color, backgroundOf(element), ratio.toFixed(2)]);
    }
  }
  return {looked, faults};
}

module.exports = {contrastFaults};

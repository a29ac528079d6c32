// The window as one SVG of text: the page's elements, and the rules that apply to one of them at this width, in light and
// in dark. No script, no link.
() => {
  const svg = "http://www.w3.org/2000/svg";
  const applies = (selector) => {
    try {
      return document.querySelector(selector.replace(/::?(before|after|hover|focus-visible|focus|placeholder|marker|-[\w-]+)/g, "") || "*");
    } catch {
      return true;
    }
  };
  const used = (rules) => [...rules].flatMap((rule) => {
    if (rule instanceof CSSMediaRule) {
      const inner = used(rule.cssRules).join("");
      if (matchMedia(rule.conditionText).matches) return inner;
      return rule.conditionText.includes("prefers-color-scheme") ? `@media ${rule.conditionText}{${inner}}` : [];
    }
    if (rule instanceof CSSStyleRule) return rule.selectorText.split(",").some(applies) ? rule.cssText : [];
    return rule.cssText;
  });
  const page = document.body.cloneNode(true);
  for (const each of page.querySelectorAll("script, link, template")) each.remove();
  for (const each of [page, ...page.querySelectorAll("*")]) {
    for (const {name} of [...each.attributes]) {
      if (/^(data-(?!theme)|href|src|action|name$)/.test(name)) each.removeAttribute(name);
    }
  }
  const style = document.createElementNS(svg, "style");
  const {innerWidth: width, innerHeight: height} = window;
  const whole = `svg:root{background:var(--ground)} body,.app{min-height:${height}px}`;
  style.textContent = [...document.styleSheets].flatMap((sheet) => used(sheet.cssRules)).concat(whole).join("\n");
  const drawing = document.createElementNS(svg, "svg");
  drawing.setAttribute("lang", document.documentElement.lang);
  for (const [name, value] of Object.entries({width, height, viewBox: `0 0 ${width} ${height}`})) drawing.setAttribute(name, value);
  const frame = document.createElementNS(svg, "foreignObject");
  for (const [name, value] of Object.entries({width, height})) frame.setAttribute(name, value);
  frame.append(page);
  drawing.append(style, frame);
  return new XMLSerializer().serializeToString(drawing);
}

// What scripts say, in the reader's language: in Chinese as it stands in them, else as the console's catalogue has it.
const reading = document.documentElement.lang;
const known = reading === "zh-CN" ? {} : await fetch(`/words/${reading}.json`).then((answer) => answer.json()).catch(() => ({}));

// The text in the reader's language, with what it is filled with in the places of its names: _("共{n}件", {n: 3}).
export function _(text, filled = {}) {
  return (known[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => filled[name] ?? place);
}

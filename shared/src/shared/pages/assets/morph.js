// Makes what is shown what was drawn anew, in place: nodes that stay keep their focus, scroll, ticks and what was opened.

// `keeps(node)` says of a node that is shown whether it is left as it is, with everything in it. What has the focus has
// it afterwards too: a node that is moved loses it.
export function morph(shown, fresh, keeps) {
  const focused = shown.contains(document.activeElement) && document.activeElement;
  blend(shown, fresh, keeps);
  if (focused && focused.isConnected && focused !== document.activeElement) focused.focus({preventScroll: true});
}

function blend(shown, fresh, keeps) {
  const left = new Map([...shown.children].filter((each) => each.id).map((each) => [each.id, each]));
  let at = shown.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const match = wanted.id ? left.get(wanted.id) : same(at, wanted) ? at : null;
    if (!match || match.nodeName !== wanted.nodeName) {
      shown.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    while (at !== match && at && !isWanted(at, fresh) && !within(at, keeps)) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
    if (match !== at) shown.insertBefore(match, at);
    else at = at.nextSibling;
    update(match, wanted, keeps);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    if (!within(gone, keeps)) gone.remove();
  }
}

// Without an id it is the same at the same place; a field is another one where its name or type is another.
function same(node, wanted) {
  if (!node || node.nodeName !== wanted.nodeName || node.id) return false;
  return ["name", "type"].every((each) => node.getAttribute?.(each) === wanted.getAttribute?.(each));
}

function isWanted(node, fresh) {
  return node.id && [...fresh.children].some((each) => each.id === node.id);
}

function within(node, keeps) {
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  return keeps(node) || [...node.querySelectorAll("form")].some(keeps);
}

function update(shown, wanted, keeps) {
  if (shown.nodeType !== Node.ELEMENT_NODE) {
    if (shown.nodeValue !== wanted.nodeValue) shown.nodeValue = wanted.nodeValue;
    return;
  }
  if (keeps(shown)) return;
  const drawn = shown.getAttribute("value") ?? "";
  for (const {name} of [...shown.attributes]) {
    if (!wanted.hasAttribute(name) && !(shown.nodeName === "DETAILS" && name === "open")) shown.removeAttribute(name);
  }
  for (const {name, value} of wanted.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  // What was typed stays, unless something else is drawn there than before. A field in which nobody has typed follows
  // its attribute by itself, and must go on to do so: a card begins it with what the page around it knows.
  const fresh = wanted.getAttribute("value") ?? "";
  if (shown.nodeName === "INPUT" && fresh !== drawn && shown.value !== fresh) shown.value = fresh;
  blend(shown, wanted, keeps);
}

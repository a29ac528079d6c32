// What a form sends: its fields as JSON, under the paths that their names are. What is left empty is left out.

const READ = {
  number: (field) => Number(field.value),
  truth: (field) => field.value === "true",
  tick: (field) => field.checked,
  money: (field) => ({amount: field.value.trim()}),
  precise_day: (field) => preciseDay(field.value.trim()),
  moment: (field) => instant(field.value, document.body.dataset.zone),
  lines: (field) => field.value.split("\n").map((line) => line.trim()).filter(Boolean),
};

export function bodyOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    const how = field.dataset.as;
    const picked = field.type === "radio" || (field.type === "checkbox" && how !== "tick");
    if (picked ? !field.checked : !field.value.trim()) continue;
    const value = READ[how]?.(field) ?? field.value;
    put(body, field.name.split("."), "list" in field.dataset ? [value] : value);
  }
  return body;
}

function put(into, [name, ...rest], value) {
  if (!rest.length) {
    into[name] = Array.isArray(value) && Array.isArray(into[name]) ? [...into[name], ...value] : value;
    return;
  }
  into[name] ??= /^\d+$/.test(rest[0]) ? [] : {};
  put(into[name], rest, value);
}

// A day; one of which only the month is known is its first.
function preciseDay(written) {
  const month = written.length === "2026-11".length;
  return {on: month ? `${written}-01` : written, precision: month ? "month" : "day"};
}

// The moment at which clocks of the company's zone show this.
function instant(shown, zone) {
  const guess = new Date(`${shown}Z`);
  const there = new Date(`${new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone, dateStyle: "short", timeStyle: "medium",
  }).format(guess).replace(" ", "T")}Z`);
  return new Date(2 * guess.getTime() - there.getTime()).toISOString();
}

// Rows of a form: one more, and one less. What follows a row that goes moves up.
export function clickedInRows(event) {
  const rows = event.target.closest(".rows");
  if (!rows) return false;
  const add = event.target.closest("[data-add]");
  const away = event.target.closest("[data-take-away]");
  if (add) addRow(rows).querySelector("input, select, textarea")?.focus();
  if (away) {
    if (entriesOf(rows).length > Number(rows.dataset.fewest)) away.closest(".entry").remove();
    entriesOf(rows).forEach((entry, at) => renumber(entry, rows.dataset.field, at));
    rows.querySelector("[data-add]").focus();
    rows.dispatchEvent(new Event("input", {bubbles: true}));
  }
  return Boolean(add || away);
}

export function addRow(rows) {
  const entries = entriesOf(rows);
  if (rows.dataset.most && entries.length >= Number(rows.dataset.most)) return entries.at(-1);
  const box = document.createElement("div");
  box.innerHTML = rows.querySelector(":scope > template").innerHTML.replaceAll("{n}", entries.length);
  const entry = box.querySelector(".entry");
  rows.querySelector(":scope > template").before(entry);
  return entry;
}

// A form is drawn with as many rows as it must have; the others were added by whoever fills it in.
export function addedRows(form) {
  return [...form.querySelectorAll(".rows")].flatMap((rows) => entriesOf(rows).slice(Number(rows.dataset.fewest)));
}

function entriesOf(rows) {
  return [...rows.children].filter((each) => each.classList.contains("entry"));
}

function renumber(entry, name, at) {
  const old = new RegExp(`${name.replaceAll(".", "\\.")}\\.\\d+`);
  for (const each of entry.querySelectorAll("*")) {
    for (const attribute of ["id", "for", "name", "data-field"]) {
      const value = each.getAttribute(attribute);
      if (value) each.setAttribute(attribute, value.replace(old, `${name}.${at}`));
    }
  }
}

// What is being typed into a form outlives the page: kept in this browser for its person until it is sent.
import {addedRows, addRow} from "./body.js";
import {_} from "./words.js";

const PREFIX = "kefu-draft/";
const LONGEST = 7 * 86_400_000; // milliseconds after which a draft is forgotten

function place(form) {
  return `${PREFIX}${document.body.dataset.person}/${form.dataset.send}#${form.id}`;
}

const TICKED = new Set(["checkbox", "radio"]); // their value is what they stand for, not what was typed

export function touched(form) {
  if (form.querySelector("kefu-signature[data-unsent]") || addedRows(form).length) return true;
  return [...form.elements].some((field) => (
    field.type === "select-one"
      ? [...field.options].some((option) => option.selected !== option.defaultSelected && (option.value || field.value))
      : field.type !== "hidden" && "defaultValue" in field
        && (field.checked !== field.defaultChecked || !TICKED.has(field.type) && field.value !== field.defaultValue)
  ));
}

// Its idempotency key is kept with it, so that sending it again after a crash still does it once.
export function keep(form) {
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden");
  const values = fields.map((field) => [field.name, field.value, field.checked ?? false]);
  const draft = {at: Date.now(), key: form.dataset.key, basis: form.dataset.basis, values};
  if (touched(form)) localStorage.setItem(place(form), JSON.stringify(draft));
  else forget(form);
}

export function forget(form) {
  localStorage.removeItem(place(form));
}

// The form as it was drawn.
export function empty(form) {
  forget(form);
  form.reset();
  for (const row of addedRows(form)) row.remove();
}

// What was typed before stands in the form again, and a line says so, with a way to be rid of it.
export function restore(form) {
  const draft = JSON.parse(localStorage.getItem(place(form)) ?? "null");
  if (!draft) return;
  if (Date.now() - draft.at > LONGEST) return forget(form);
  for (const [name, value, checked] of draft.values) {
    const field = found(form, name, value);
    if (!field) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = checked;
    else field.value = value;
  }
  if ((draft.basis ?? "") === (form.dataset.basis ?? "")) form.dataset.key = draft.key;
  const note = document.createElement("p");
  note.className = "note drafted";
  note.append(_("已恢复{time}写下的草稿。", {time: new Date(draft.at).toLocaleTimeString("zh-CN", {hour: "2-digit", minute: "2-digit"})}));
  const button = note.appendChild(document.createElement("button"));
  button.type = "button";
  button.className = "btn plain in-row";
  button.textContent = _("清空重写");
  button.addEventListener("click", () => {
    empty(form);
    note.remove();
  });
  form.prepend(note);
  const fold = form.closest("details");
  if (fold) fold.open = true;
}

function found(form, name, value) {
  const field = form.elements[name] ?? missingRow(form, name);
  if (!(field instanceof RadioNodeList)) return field;
  return [...field].find((each) => each.value === value);
}

// The row that a field of a longer draft stands in is added first.
function missingRow(form, name) {
  const rows = [...form.querySelectorAll(".rows")].find((each) => name.startsWith(`${each.dataset.field}.`));
  if (!rows) return null;
  addRow(rows);
  return form.elements[name] ?? null;
}

// The drafts of everybody go when a person signs out: the next one at this machine is another.
export function forgetAll() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
}

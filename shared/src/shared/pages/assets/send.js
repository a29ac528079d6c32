// A form that sends what the API takes: JSON with the form's own idempotency key, so that sending twice does it once.
import {ask} from "./ask.js";
import {forget} from "./draft.js";
import {bodyOf} from "./body.js";
import {_} from "./words.js";

const NOT_SENT = {errors: [{what: _("没有送到：网络或服务暂不可用。可以再按一次，不会重复。")}]};

let words; // what the codes and rules of refusals are in Chinese, fetched with the first one
let noted = 0; // errors at their fields so far

// Returns what became of it: {ok} or {errors: [{name, what}, …]}. What was typed stays where it is.
async function send(form) {
  for (const pad of form.querySelectorAll("kefu-signature")) {
    const wrong = await pad.handIn();
    if (wrong) return {errors: [wrong]};
  }
  const answer = await ask(form.dataset.send, {
    method: "POST",
    headers: {"Content-Type": "application/json", "Idempotency-Key": form.dataset.key},
    body: JSON.stringify(bodyOf(form)),
  });
  if (answer.ok) return {ok: true};
  if (answer.status === 401) return {errors: [{what: _("登录已过期，请重新登录后再按一次。")}]};
  if (answer.status >= 500) return {errors: [{what: _("没有办成：服务暂不可用。可以再按一次，不会重复。")}]};
  // It was refused for what it says: what is sent next is another request.
  form.dataset.key = crypto.randomUUID();
  return {errors: await sentences(await answer.json().catch(() => ({})))};
}

// A submit event of a form with `data-send`: sends it and shows its errors, or says that it was done.
// Returns the form and whether it was taken; nothing for another form, and while it is under way.
export async function sent(event) {
  const form = event.target.closest("form[data-send]");
  if (!form) return null;
  event.preventDefault();
  if (form.dataset.underWay) return null;
  form.dataset.underWay = "yes";
  const {ok, errors} = await send(form).catch(() => NOT_SENT);
  delete form.dataset.underWay;
  show(form, errors ?? []);
  if (ok) {
    forget(form);
    say(form.dataset.said);
  }
  return {form, ok};
}

// What a refusal says to the reader, each sentence with the field that it is about; the service's own words follow.
export async function sentences(problem) {
  words ??= await fetch("/assets/refusals.json").then((answer) => answer.json()).catch(() => null);
  const {codes = {}, rules = {}} = words ?? {};
  const said = (text) => text && _(text);
  const fields = (problem.errors ?? []).map(({where, what, rule}) => (
    {name: where.replace(/^body\./, ""), what: said(rules[rule] ?? codes[rule]) ?? what, note: problem.status === 409 && what}
  ));
  if (fields.length) return fields;
  return [{what: said(codes[problem.code]) ?? _("没有办成。"), note: problem.detail}];
}

// Each error stands at its field, and all of them above the form, where they are read out; earlier ones go.
function show(form, errors) {
  form.querySelector(".errors")?.remove();
  for (const note of form.querySelectorAll(".err")) note.remove();
  for (const bad of form.querySelectorAll(".bad")) bad.classList.remove("bad");
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  if (!errors.length) return;
  const box = document.createElement("div");
  box.className = "errors";
  box.setAttribute("role", "alert");
  const title = box.appendChild(document.createElement("h2"));
  title.textContent = _("还没有办成");
  const list = box.appendChild(document.createElement("ul"));
  for (const {name, what, note} of errors) {
    const line = list.appendChild(document.createElement("li"));
    const field = name && fieldOf(form, name);
    line.textContent = field ? _("{field}：{what}", {field: titleOf(field), what}) : what;
    if (note) line.appendChild(document.createElement("small")).textContent = note;
    if (field) mark(field, what);
  }
  form.prepend(box);
}

// The field of this path, or the nearest one that it lies in.
function fieldOf(form, name) {
  for (let path = name.split("."); path.length; path = path.slice(0, -1)) {
    const known = form.querySelector(`[data-field="${CSS.escape(path.join("."))}"]`);
    const plain = form.elements[path.join(".")];
    const found = known ?? (plain instanceof RadioNodeList ? plain[0] : plain)?.closest(".field");
    if (found) return found;
  }
  return null;
}

function titleOf(field) {
  const title = field.querySelector("legend, label");
  return [...title.childNodes].filter((each) => each.nodeName !== "EM").map((each) => each.textContent).join("").trim();
}

function mark(field, what) {
  field.classList.add("bad");
  const note = field.appendChild(document.createElement("p"));
  note.className = "err";
  note.id = `err-${noted += 1}`;
  note.textContent = what;
  const input = field.querySelector("[name]");
  input?.setAttribute("aria-invalid", "true");
  input?.setAttribute("aria-describedby", note.id);
}

// What was done, in a few words that go by themselves.
export function say(words) {
  const toast = document.createElement("div");
  toast.className = "toasts";
  toast.setAttribute("role", "status");
  const text = toast.appendChild(document.createElement("div"));
  text.className = "toast";
  text.textContent = words;
  document.body.append(toast);
  setTimeout(() => toast.remove(), 4_000);
}

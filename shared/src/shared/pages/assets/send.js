// A form that sends what the API takes: JSON with the form's own idempotency key, so that sending twice does it once.

// Returns what became of it: {ok} or {errors: [sentence, …]}. What was typed stays where it is.
async function send(form) {
  let answer;
  try {
    answer = await fetch(form.dataset.send, {
      method: "POST",
      headers: {"Content-Type": "application/json", "Idempotency-Key": form.dataset.key},
      body: JSON.stringify(bodyOf(form)),
    });
  } catch {
    return {errors: ["没有送到：网络或服务暂不可用。可以再按一次，不会重复。"]};
  }
  if (answer.ok) return {ok: true};
  if (answer.status === 401) return {errors: ["登录已过期，请重新登录后再按一次。"]};
  if (answer.status >= 500) return {errors: ["没有办成：服务暂不可用。可以再按一次，不会重复。"]};
  // It was refused for what it says: what is sent next is another request.
  form.dataset.key = crypto.randomUUID();
  return {errors: sentences(await answer.json().catch(() => ({})), form)};
}

// A submit event of a form with `data-send`: sends it and shows its errors, or says that it was done.
// Returns the form and whether it was taken; nothing for another form, and while it is under way.
export async function sent(event) {
  const form = event.target.closest("form[data-send]");
  if (!form) return null;
  event.preventDefault();
  if (form.dataset.underWay) return null;
  form.dataset.underWay = "yes";
  const {ok, errors} = await send(form);
  delete form.dataset.underWay;
  show(form, errors);
  if (ok) say(form.dataset.said);
  return {form, ok};
}

// What was filled in. `data-numbers` names the fields that are numbers, `data-lists` those that may have several values.
function bodyOf(form) {
  const filled = new FormData(form);
  const named = (names) => new Set((names ?? "").split(" "));
  const numbers = named(form.dataset.numbers);
  const lists = named(form.dataset.lists);
  return Object.fromEntries([...new Set(filled.keys())].map((name) => {
    const values = filled.getAll(name).map((value) => (numbers.has(name) ? Number(value) : value));
    return [name, lists.has(name) ? values : values[0]];
  }));
}

function sentences(problem, form) {
  const fields = (problem.errors ?? []).map(({where, what}) => {
    const field = form.elements[where.split(".").pop()];
    const label = field?.labels?.[0]?.textContent ?? where;
    return `${label}：${what}`;
  });
  if (fields.length) return fields;
  const known = JSON.parse(form.dataset.codes ?? "{}")[problem.code];
  return [known, problem.detail ?? "没有办成。"].filter(Boolean);
}

// The errors stand above the form's fields and are read out; those of an earlier attempt go.
function show(form, errors) {
  form.querySelector(".errors")?.remove();
  if (!errors?.length) return;
  const box = document.createElement("div");
  box.className = "errors";
  box.setAttribute("role", "alert");
  const title = box.appendChild(document.createElement("h2"));
  title.textContent = "还没有办成";
  const list = box.appendChild(document.createElement("ul"));
  for (const error of errors) list.appendChild(document.createElement("li")).textContent = error;
  form.prepend(box);
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

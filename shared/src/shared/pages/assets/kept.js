// How every person's duties were kept in a month: the rows of all services, added up by person.
import {ask} from "./ask.js";
import {listen} from "./hints.js";
import {named, RETRY, tellAway} from "./services.js";
import {_} from "./words.js";

const SETTLES = 1_000; // milliseconds after a hint until the figures have what it is about
const COUNTS = ["in_time", "late", "overdue", "open"];
const TITLES = {
  open: _("进行中"), in_time: _("按时"), late: _("逾期完成"), overdue: _("逾期未完"), share: _("按时率"), hours: _("平均 / 最长超时"),
};

class KefuKept extends HTMLElement {
  connectedCallback() {
    this.services = Object.keys(named(this));
    this.body = this.querySelector("tbody");
    this.rows = {};
    this.turns = {};
    this.waiting = {};
    this.asked = new Set(); // the services whose figures of the month have not come yet
    this.opened = new Set();
    this.month = this.querySelector("[name=month]");
    this.month.value = new URLSearchParams(location.search).get("month") ?? this.month.value;
    this.month.addEventListener("change", () => this.#turned());
    this.addEventListener("click", (event) => this.#clicked(event));
    const hints = listen();
    hints.addEventListener("open", () => this.#all());
    hints.addEventListener("message", ({data}) => {
      const [kind, service] = data.split("/");
      if (kind !== "facts") this.#soon(service, SETTLES);
    });
  }

  #turned() {
    if (!this.month.value) return;
    history.replaceState(null, "", `?month=${this.month.value}`);
    this.#all();
  }

  #all() {
    for (const link of this.querySelectorAll("a[data-sheet]")) {
      link.href = `/${link.dataset.sheet}/duties/kept.xlsx?month=${this.month.value}`;
    }
    this.asked = new Set(this.services);
    this.ariaBusy = "true";
    for (const service of this.services) this.#load(service);
  }

  #soon(service, wait) {
    clearTimeout(this.waiting[service]);
    this.waiting[service] = setTimeout(() => this.#load(service), wait);
  }

  async #load(service) {
    const turn = (this.turns[service] = (this.turns[service] ?? 0) + 1);
    const answer = await ask(`/${service}/ui/kept?month=${this.month.value}`).catch(() => null);
    if (turn !== this.turns[service]) return;
    if (answer?.status === 401) return location.assign("/sign-in");
    tellAway(this, service, !answer?.ok);
    if (!answer?.ok) {
      this.#came(service);
      return this.#soon(service, RETRY);
    }
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("tr[data-kept]");
    if (turn !== this.turns[service]) return;
    this.rows[service] = [...found].map((row) => ({
      who: row.dataset.who || row.dataset.role,
      role: row.dataset.who ? row.dataset.role : _("无人认领"),
      title: row.textContent.trim(),
      ...JSON.parse(row.dataset.kept),
    }));
    this.#show();
    this.#came(service);
  }

  #came(service) {
    this.asked.delete(service);
    if (!this.asked.size) this.ariaBusy = "false";
  }

  #show() {
    const people = new Map();
    for (const row of Object.values(this.rows).flat()) {
      const key = `${row.who} ${row.role}`;
      if (!people.has(key)) people.set(key, {who: row.who, role: row.role, kinds: []});
      people.get(key).kinds.push(row);
    }
    const all = [...people].map(([key, each]) => ({key, ...each, ...summed(each.kinds)}));
    all.sort((a, b) => b.overdue - a.overdue || b.late - a.late || b.open - a.open || a.key.localeCompare(b.key));
    const focused = this.body.contains(document.activeElement) && document.activeElement.dataset.key;
    this.body.replaceChildren(...all.flatMap((each) => [this.#person(each), ...each.kinds.map((kind) => this.#kind(each, kind))]));
    if (focused) this.body.querySelector(`button[data-key="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
    this.querySelector(".empty").hidden = all.length > 0;
    const whole = summed(all);
    this.querySelector(".sum").textContent = total(whole) ? _("到期{n}项，{share}按时", {n: total(whole), share: share(whole)}) : "";
  }

  #person(each) {
    const row = document.createElement("tr");
    row.className = "person";
    const name = cell("", "who");
    const button = name.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "btn plain";
    button.dataset.key = each.key;
    button.setAttribute("aria-expanded", this.opened.has(each.key));
    button.append(each.who);
    row.append(name, cell(each.role), ...figures(each));
    return row;
  }

  #kind(each, kind) {
    const row = document.createElement("tr");
    row.dataset.of = each.key;
    row.hidden = !this.opened.has(each.key);
    row.append(cell(""), cell(kind.title, "why"), ...figures(kind));
    return row;
  }

  #clicked({target}) {
    const key = target.closest("button[data-key]")?.dataset.key;
    if (key === undefined) return;
    if (!this.opened.delete(key)) this.opened.add(key);
    target.closest("button").setAttribute("aria-expanded", this.opened.has(key));
    for (const row of this.body.querySelectorAll("tr[data-of]")) row.hidden = !this.opened.has(row.dataset.of);
  }
}

function summed(rows) {
  const sum = {in_time: 0, late: 0, overdue: 0, open: 0, hours: 0, longest: 0};
  for (const row of rows) {
    const before = sum.late + sum.overdue;
    for (const name of COUNTS) sum[name] += row[name];
    const after = sum.late + sum.overdue;
    if (after) sum.hours = (sum.hours * before + row.hours * (after - before)) / after;
    sum.longest = Math.max(sum.longest, row.longest);
  }
  return sum;
}

function total(each) {
  return each.in_time + each.late + each.overdue;
}

function share(each) {
  return total(each) ? `${Math.floor((100 * each.in_time) / total(each))}%` : "—";
}

function figures(each) {
  const late = each.late + each.overdue;
  return [
    ...["open", "in_time", "late"].map((name) => cell(each[name] || "", "num", TITLES[name])),
    cell(each.overdue || "", each.overdue ? "num late" : "num", TITLES.overdue),
    cell(share(each), "num", TITLES.share),
    bar(each),
    cell(late ? _("{mean} / {longest}小时", {mean: each.hours.toFixed(1), longest: each.longest.toFixed(1)}) : "", "num", TITLES.hours),
  ];
}

function bar(each) {
  const drawn = document.createElement("td");
  drawn.className = "barcell";
  if (!total(each)) return drawn;
  drawn.innerHTML = '<svg class="bar thick" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect height="6"/></svg>';
  drawn.querySelector("rect").setAttribute("width", (100 * each.in_time) / total(each));
  return drawn;
}

// A cell; on a phone, where a row is a card, its `title` stands before it.
function cell(text, kind = "", title = "") {
  const made = document.createElement("td");
  if (kind) made.className = kind;
  if (title) made.dataset.l = title;
  made.append(text);
  return made;
}

customElements.define("kefu-kept", KefuKept);

// A colleague's day: the duties of every service in one list by time, kept up to date by hints.
import {ask} from "./ask.js";
import {keep, restore} from "./draft.js";
import {listen} from "./hints.js";
import {sent} from "./send.js";
import {named, RETRY, tellAway} from "./services.js";
import {_} from "./words.js";

const EVERY = 60_000; // milliseconds between two looks without a hint: what is left of a clock changes by the minute
const SETTLES = 300; // milliseconds after a hint until the list has what the hint is about
const NAMED = 200; // names that one request asks for at most

class KefuDay extends HTMLElement {
  connectedCallback() {
    this.services = Object.keys(named(this));
    this.body = this.querySelector("tbody");
    this.counts = {};
    this.most = Infinity;
    this.names = {};
    this.waiting = {};
    this.asked = {};
    this.#followAddress();
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("submit", (event) => this.#sent(event));
    this.addEventListener("input", (event) => event.target.form?.dataset.send && keep(event.target.form));
    this.querySelector("[name=scope]").addEventListener("change", (event) => this.#go({scope: event.target.value}));
    addEventListener("popstate", () => this.#followAddress());
    document.addEventListener("keydown", (event) => this.#pressed(event));
    setInterval(() => this.#all(), EVERY);
    this.#listen();
  }

  #listen() {
    const live = this.querySelector(".live");
    const hints = listen();
    hints.addEventListener("open", () => { live.textContent = _("实时"); this.#all(); });
    hints.addEventListener("error", () => { live.textContent = _("正在重新连接"); });
    hints.addEventListener("message", ({data}) => {
      const [kind, service] = data.split("/");
      if (kind !== "facts") this.#soon(service, SETTLES);
    });
  }

  #followAddress() {
    const asked = new URLSearchParams(location.search);
    this.band = asked.get("band") ?? "";
    this.scope = asked.get("scope") ?? "mine";
    this.querySelector("[name=scope]").value = this.scope;
    for (const link of this.querySelectorAll(".views a")) {
      link.toggleAttribute("aria-current", link.dataset.band === this.band);
    }
    this.#all();
  }

  #go(change) {
    const asked = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(change)) value ? asked.set(name, value) : asked.delete(name);
    history.pushState(null, "", asked.size ? `?${asked}` : location.pathname);
    this.#followAddress();
  }

  #all() {
    for (const service of this.services) this.#load(service);
  }

  #soon(service, wait) {
    clearTimeout(this.waiting[service]);
    this.waiting[service] = setTimeout(() => this.#load(service), wait);
  }

  async #load(service) {
    const asked = new URLSearchParams({scope: this.scope});
    if (this.band) asked.set("band", this.band);
    const turn = (this.asked[service] = (this.asked[service] ?? 0) + 1);
    const answer = await ask(`/${service}/ui/duties?${asked}`).catch(() => null);
    if (turn !== this.asked[service]) return;
    if (answer?.status === 401) return location.assign("/sign-in");
    tellAway(this, service, !answer?.ok);
    if (!answer?.ok) return this.#soon(service, RETRY);
    const lane = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("table");
    if (turn !== this.asked[service]) return;
    this.counts[service] = JSON.parse(lane.dataset.counts);
    this.most = Number(lane.dataset.most);
    const rows = [...lane.querySelectorAll("tr")];
    this.#link(rows);
    this.#merge(service, rows);
    this.#name();
  }

  // What has a page of its own is a link to it; names that are known stand in the rows.
  #link(rows) {
    const pages = JSON.parse(this.dataset.pages);
    for (const row of rows) {
      const about = row.querySelector("[data-page]");
      const [collection, id] = about.dataset.page.split("/");
      if (collection in pages) {
        const link = document.createElement("a");
        link.href = `/desk/${pages[collection]}/${id}`;
        link.append(...about.childNodes);
        about.append(link);
      }
      const who = row.querySelector("[data-customer]");
      who.textContent = this.names[who.dataset.customer] ?? "";
    }
  }

  // Intake knows what customers are called; while it is away, or where the reader may not know, there is no name.
  async #name() {
    const cells = [...this.body.querySelectorAll("[data-customer]")].filter(({dataset}) => dataset.customer);
    const ids = new Set(cells.map(({dataset}) => dataset.customer));
    const unknown = [...ids].filter((id) => !(id in this.names)).slice(0, NAMED);
    if (unknown.length) {
      const asked = new URLSearchParams(unknown.map((id) => ["id", id]));
      const answer = await ask(`/intake/ui/names?${asked}`).catch(() => null);
      if (!answer?.ok) return;
      Object.assign(this.names, Object.fromEntries(unknown.map((id) => [id, ""])), await answer.json());
    }
    for (const cell of cells) cell.textContent = this.names[cell.dataset.customer] ?? "";
  }

  // Rows that are there keep their place in the document, and so their focus and what was typed below them.
  #merge(service, fresh) {
    const kept = new Set(fresh.map((row) => row.id));
    for (const row of this.#rows(service)) if (!kept.has(row.id)) this.#leave(row);
    for (const row of fresh) {
      const old = document.getElementById(row.id);
      if (!old) {
        row.dataset.service = service;
        this.body.append(row);
        continue;
      }
      old.classList.remove("gone");
      old.dataset.due = row.dataset.due;
      old.dataset.band = row.dataset.band;
      [...row.cells].slice(0, -1).forEach((cell, at) => {
        if (old.cells[at].innerHTML !== cell.innerHTML) old.cells[at].innerHTML = cell.innerHTML;
      });
    }
    this.#order();
    this.#count();
  }

  // A duty that is over goes, unless its panel is open: then its row says so and stays until it is closed.
  #leave(row) {
    if (panelOf(row)) row.classList.add("gone");
    else row.remove();
  }

  // A node that is moved loses its focus, so it gets it back.
  #order() {
    const focused = document.activeElement;
    const rows = this.#rows().sort((a, b) => a.dataset.due.localeCompare(b.dataset.due));
    const heads = this.querySelector("template.bands").content;
    let at = this.body.firstElementChild;
    const place = (row) => {
      if (row === at) at = at.nextElementSibling;
      else this.body.insertBefore(row, at);
    };
    for (const head of heads.children) {
      const band = head.dataset.band;
      const within = rows.filter((row) => row.dataset.band === band);
      const shown = this.body.querySelector(`.band[data-band=${band}]`);
      if (!within.length) {
        if (shown === at) at = at?.nextElementSibling ?? null;
        shown?.remove();
        continue;
      }
      place(shown ?? head.cloneNode(true));
      for (const row of within) {
        place(row);
        const panel = row.panel;
        if (panel?.isConnected) place(panel);
      }
    }
    this.querySelector(".empty").hidden = rows.length > 0;
    if (focused?.isConnected && focused !== document.activeElement) focused.focus();
  }

  #count() {
    const all = Object.values(this.counts);
    let [total, beyond] = [0, false];
    for (const link of this.querySelectorAll(".views a[data-band]:not([data-band=''])")) {
      const counts = all.map((each) => each[link.dataset.band]);
      const count = counts.reduce((sum, each) => sum + each, 0);
      const more = counts.some((each) => each >= this.most);
      link.querySelector("i").textContent = count + (more ? "+" : "");
      total += count;
      beyond ||= more;
      if (link.dataset.band === "late") document.getElementById("late").textContent = count || "";
    }
    this.querySelector(".views a[data-band=''] i").textContent = total + (beyond ? "+" : "");
  }

  #rows(service) {
    const own = service ? `[data-service=${service}]` : "";
    return [...this.body.querySelectorAll(`tr[data-due]${own}`)];
  }

  #clicked(event) {
    const view = event.target.closest(".views a");
    if (view) {
      event.preventDefault();
      return this.#go({band: view.dataset.band});
    }
    const row = event.target.closest("tr[data-due]");
    if (row) {
      this.#at(row);
      if (event.target.closest("button")) this.#toggle(row);
    }
  }

  async #toggle(row) {
    if (panelOf(row)) return this.#close(row);
    const answer = await ask(row.dataset.url).catch(() => null);
    if (panelOf(row)) return;
    const panel = document.createElement("tr");
    panel.className = "open";
    const cell = panel.insertCell();
    cell.colSpan = row.cells.length;
    if (answer?.ok) cell.innerHTML = await answer.text();
    else cell.textContent = answer?.status === 404 ? _("这件事已经不在了。") : _("暂时打不开，请稍后再试。");
    for (const form of cell.querySelectorAll("form[data-send]")) restore(form);
    row.after(panel);
    row.panel = panel;
    row.querySelector("button").setAttribute("aria-expanded", "true");
    panel.querySelector("input")?.focus();
  }

  #close(row) {
    row.panel.remove();
    row.panel = null;
    const button = row.querySelector("button");
    button.setAttribute("aria-expanded", "false");
    button.focus();
    if (row.classList.contains("gone")) row.remove();
  }

  async #sent(event) {
    const done = await sent(event);
    if (!done?.ok) return;
    const row = done.form.closest("tr.open").previousElementSibling;
    this.#close(row);
    this.#soon(row.dataset.service, SETTLES);
  }

  // Keys sleep in fields and while an input method composes.
  #pressed(event) {
    const inField = event.target.closest?.("input, textarea, select, [contenteditable]");
    const row = this.body.querySelector("tr.at");
    if (event.key === "Escape") {
      const open = event.target.closest?.("tr.open")?.previousElementSibling ?? row;
      if (open && panelOf(open)) this.#close(open);
      return;
    }
    if (inField || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "k") this.#move(event.key === "j" ? 1 : -1);
    else if (event.key === "Enter" && row && event.target === document.body) this.#toggle(row);
  }

  #move(by) {
    const rows = this.#rows();
    const from = rows.findIndex((row) => row.classList.contains("at"));
    const row = rows[Math.min(Math.max(from + by, 0), rows.length - 1)];
    if (row) this.#at(row);
  }

  #at(row) {
    for (const other of this.body.querySelectorAll("tr.at")) {
      other.classList.remove("at");
      other.removeAttribute("aria-selected");
    }
    row.classList.add("at");
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({block: "nearest"});
  }
}

function panelOf(row) {
  return row.panel?.isConnected ? row.panel : null;
}

customElements.define("kefu-day", KefuDay);

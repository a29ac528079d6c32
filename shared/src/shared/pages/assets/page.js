// A page of one service in the console's frame: fetched for this address, sent from, and fetched anew after a hint.
import {ask} from "./ask.js";
import {clickedInRows} from "./body.js";
import {empty, forget, keep, restore, touched} from "./draft.js";
import {listen} from "./hints.js";
import {morph} from "./morph.js";
import {handIn, showPictures} from "./pictures.js";
import {sent, sentences} from "./send.js";
import "./signature.js";
import {_} from "./words.js";

const EVERY = 60_000; // milliseconds between two looks without a hint: what is left of a clock changes by the minute
const SETTLES = 300; // milliseconds after a hint until the page has what the hint is about
const RESTS = 10; // how many times as long as its last look took a page waits for the next: the busier, the rarer
const FOLLOWS = 3_000; // milliseconds after a hint until the other services have what follows from it
const RETRY = 5_000; // milliseconds until a service that was away is asked again

class KefuPage extends HTMLElement {
  connectedCallback() {
    this.asked = new URLSearchParams(location.search);
    for (const [name, value] of [...this.asked]) if (!value) this.asked.delete(name);
    this.addEventListener("submit", (event) => this.#sent(event));
    this.addEventListener("click", clickedInRows);
    this.addEventListener("input", (event) => this.#typed(event.target.form));
    this.addEventListener("change", handIn);
    this.addEventListener("compositionstart", () => { this.composing = true; });
    this.addEventListener("compositionend", () => { this.composing = false; });
    setInterval(() => this.#look(), EVERY);
    const hints = listen();
    // What was said before the stream stood is not heard, and may be missing in what was asked for before: look again.
    hints.addEventListener("open", async () => {
      await this.loading;
      this.#soon(0);
    });
    hints.addEventListener("message", ({data}) => {
      const [, service] = data.split("/");
      const shown = [this.dataset.service, ...[...this.querySelectorAll("kefu-card")].map((card) => card.id.slice(5))];
      if (shown.includes(service)) this.#follow();
    });
    this.loading = this.#load();
  }

  // What is under way says after how many milliseconds to look again.
  #again() {
    const wait = Number(this.querySelector("[data-again]")?.dataset.again);
    if (wait) this.#soon(wait);
  }

  #typed(form) {
    if (!form?.dataset.send) return;
    keep(form);
    showPictures(form);
  }

  #restored(form) {
    restore(form);
    showPictures(form);
  }

  // Looks when what happened is there, and once more when what follows from it is.
  #follow() {
    this.#soon(SETTLES);
    this.following ??= setTimeout(() => { this.following = null; this.#soon(0); }, FOLLOWS);
  }

  // The page's own forms: a card looks after its own.
  #forms() {
    return [...this.querySelectorAll("form[data-send]")].filter((form) => !form.closest("kefu-card"));
  }

  #soon(wait) {
    const rests = (this.looked ?? 0) + RESTS * (this.took ?? 0) - performance.now();
    this.waiting ??= setTimeout(() => { this.waiting = null; this.#look(); }, Math.max(wait, rests));
  }

  // What the service draws now, or why not; nothing once something newer was asked for. A look that was due meanwhile
  // comes when what was asked for is shown.
  async #ask() {
    const mine = this.underWay = {};
    clearTimeout(this.retrying);
    const begun = performance.now();
    const answer = await ask(at(this.dataset.url, this.asked)).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (mine !== this.underWay) return null;
    this.underWay = null;
    this.looked = performance.now();
    this.took = this.looked - begun;
    if (answer?.status === 401) location.assign("/sign-in");
    if (this.missed) setTimeout(() => this.#look());
    this.missed = false;
    return {answer, html};
  }

  async #load() {
    const asked = await this.#ask();
    if (!asked) return;
    const {answer, html} = asked;
    if (html !== null) return this.#fill(html);
    if (answer?.status === 401) return;
    const words = {403: _("您的岗位不能查看这一页。"), 404: _("没有找到，可能已经不在了。")}[answer?.status];
    const refused = words ?? (answer && !answer.ok && answer.status < 500 ? await detail(answer) : null);
    this.drawn = false;
    this.innerHTML = `<p class="empty" role="status"></p>`;
    this.firstElementChild.textContent = refused ?? _("暂时打不开，5秒后再试。");
    if (!refused) this.retrying = setTimeout(() => this.#look(), RETRY);
    else if (answer.status === 422 && this.asked.has("after")) this.append(this.#toTheFirst());
  }

  #toTheFirst() {
    const link = document.createElement("a");
    link.className = "btn";
    link.href = at(location.pathname, withoutPlace(this.asked));
    link.textContent = _("回到第一页");
    return link;
  }

  #fill(html) {
    const focused = this.contains(document.activeElement) && document.activeElement.id;
    this.innerHTML = html;
    this.drawn = true;
    for (const form of this.#forms()) this.#restored(form);
    if (focused) document.getElementById(focused)?.focus();
    this.#named();
    this.#again();
  }

  #named() {
    const title = this.querySelector("h1")?.textContent;
    if (title) document.title = `${title} · kefu`;
  }

  // What has changed is shown around a form that is being filled in. The form stays as it is, and says so where it was
  // drawn from what is no longer so. While an input method composes, nothing moves. A list whose place is no longer
  // known is shown from its beginning.
  async #look() {
    if (this.underWay) {
      this.missed = true;
      return;
    }
    if (this.composing) return this.#soon(SETTLES);
    if (!this.drawn) return this.#load();
    const asked = await this.#ask();
    if (!asked) return;
    const {answer, html} = asked;
    if (answer?.status === 422 && this.asked.has("after")) {
      this.asked = withoutPlace(this.asked);
      history.replaceState(history.state, "", at(location.pathname, this.asked));
      return this.#look();
    }
    if (html === null) return;
    const fresh = document.createElement("div");
    fresh.innerHTML = html;
    if (this.composing) return this.#soon(SETTLES);
    const kept = this.#forms().filter((form) => touched(form) || form.dataset.underWay);
    const had = new Set(this.#forms().map((form) => form.id));
    for (const form of kept) this.#compare(form, fresh.querySelector(`#${CSS.escape(form.id)}`));
    morph(this, fresh, (node) => kept.includes(node) || node.nodeName === "KEFU-CARD");
    for (const card of this.querySelectorAll("kefu-card")) card.load();
    for (const form of this.#forms()) if (!had.has(form.id)) this.#restored(form);
    this.#named();
    this.#again();
  }

  // `drawn` is the same form as it would be drawn now, if it still is.
  #compare(form, drawn) {
    form.querySelector(".changed")?.remove();
    if (drawn && drawn.dataset.basis === form.dataset.basis) return;
    const banner = document.createElement("p");
    banner.className = "banner changed";
    banner.setAttribute("role", "status");
    banner.append(drawn ? _("您填写时，这里有了新变化。") : _("这一步现在已经不能办了，您写的内容还在。"));
    const button = banner.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "btn in-row";
    button.textContent = _("看新的（未送出的内容会清空）");
    button.addEventListener("click", () => {
      forget(form);
      this.#load();
    });
    form.prepend(banner);
  }

  async #sent(event) {
    const done = await sent(event);
    if (!done) return;
    if (done.ok) empty(done.form);
    this.#look();
    this.#follow();
  }
}

function at(path, asked) {
  return asked.size ? `${path}?${asked}` : path;
}

function withoutPlace(asked) {
  const rest = new URLSearchParams(asked);
  rest.delete("after");
  return rest;
}

async function detail(answer) {
  const [{what}] = await sentences(await answer.json().catch(() => ({})));
  return what;
}

customElements.define("kefu-page", KefuPage);

// A card of another service on a page: drawn by that service, grey while it is away, and fetched anew with the page.
import {ask} from "./ask.js";
import {restore, touched} from "./draft.js";
import {morph} from "./morph.js";
import {showPictures} from "./pictures.js";
import {_} from "./words.js";

const RETRY = 5_000; // milliseconds until a service that was away is asked again

class KefuCard extends HTMLElement {
  connectedCallback() {
    this.load();
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
  }

  async load() {
    clearTimeout(this.waiting);
    const answer = await ask(this.dataset.url).catch(() => null);
    if (answer?.ok) return this.#show(await answer.text());
    if (this.#filled().length) return this.#later();
    this.drawn = false;
    const away = !answer || answer.status >= 500;
    const words = away ? _("暂不可用，其余照常；5秒后再试。") : _("您的岗位不能查看。");
    this.innerHTML = `<section class="panel away-card"><header><h2></h2></header><p class="in note" role="status"></p></section>`;
    this.querySelector("h2").textContent = this.dataset.title;
    this.querySelector("p").textContent = words;
    if (away) this.#later();
  }

  #later() {
    this.waiting = setTimeout(() => this.load(), RETRY);
  }

  #forms() {
    return [...this.querySelectorAll("form[data-send]")];
  }

  // The forms that somebody is filling in or that are being sent: they stay as they are.
  #filled() {
    return this.#forms().filter((form) => touched(form) || form.dataset.underWay);
  }

  #show(html) {
    const filled = this.#filled();
    if (this.drawn) {
      const fresh = document.createElement("div");
      fresh.innerHTML = html;
      morph(this, fresh, (node) => filled.includes(node));
    } else {
      this.innerHTML = html;
      this.drawn = true;
      for (const form of this.#forms()) restore(form);
    }
    for (const form of this.#forms()) {
      if (!filled.includes(form)) this.#begin(form);
      showPictures(form);
    }
  }

  // What the page around the card knows of the customer stands in the form to begin with.
  #begin(form) {
    for (const [name, value] of Object.entries(JSON.parse(this.dataset.begun ?? "{}"))) {
      const field = form.elements[name];
      const option = [...(field?.options ?? [])].find((each) => each.value === value);
      if (option) option.defaultSelected = option.selected = true;
      else if (field && "defaultValue" in field && field.value === field.defaultValue) field.defaultValue = value;
    }
  }
}

customElements.define("kefu-card", KefuCard);

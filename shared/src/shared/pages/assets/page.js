// A page of one service in the console's frame: fetched for this address, sent from, and fetched anew after a hint.
import {sent} from "./send.js";

const EVERY = 60_000; // milliseconds between two looks without a hint: what is left of a clock changes by the minute
const SETTLES = 300; // milliseconds after a hint until the page has what the hint is about
const RETRY = 5_000; // milliseconds until a service that was away is asked again

class KefuPage extends HTMLElement {
  connectedCallback() {
    const asked = new URLSearchParams(location.search);
    for (const [name, value] of [...asked]) if (!value) asked.delete(name);
    this.url = asked.size ? `${this.dataset.url}?${asked}` : this.dataset.url;
    this.addEventListener("submit", (event) => this.#sent(event));
    setInterval(() => this.#look(), EVERY);
    const stream = new EventSource("/events");
    stream.addEventListener("message", ({data}) => {
      const [, service] = data.split("/");
      if (!service || service === this.dataset.service) this.#soon(SETTLES);
    });
    this.#load();
  }

  #soon(wait) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#look(), wait);
  }

  async #ask() {
    const answer = await fetch(this.url).catch(() => null);
    if (answer?.status === 401) location.assign("/sign-in");
    return answer;
  }

  async #load() {
    const answer = await this.#ask();
    if (answer?.ok) return this.#fill(await answer.text());
    if (answer?.status === 401) return;
    const words = {403: "您的岗位不能查看这一页。", 404: "没有找到，可能已经不在了。"}[answer?.status];
    const refused = words ?? (answer?.status < 500 ? await detail(answer) : null);
    this.innerHTML = `<p class="empty" role="status"></p>`;
    this.firstElementChild.textContent = refused ?? "暂时打不开，5秒后再试。";
    if (!refused) setTimeout(() => this.#load(), RETRY);
  }

  #fill(html) {
    const focused = this.contains(document.activeElement) && document.activeElement.id;
    const open = [...this.querySelectorAll("details")].map((each) => each.open);
    this.innerHTML = html;
    this.querySelectorAll("details").forEach((each, at) => { each.open = open[at] ?? false; });
    if (focused) document.getElementById(focused)?.focus();
    const title = this.querySelector("h1")?.textContent;
    if (title) document.title = `${title} · kefu`;
  }

  // What is being filled in stays: then a line says that the page has changed.
  async #look() {
    const answer = await this.#ask();
    if (!answer?.ok) return;
    const html = await answer.text();
    if (!this.#filledIn()) return this.#fill(html);
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-version]");
    const shown = this.querySelector("[data-version]");
    if (!fresh || !shown || fresh.dataset.version === shown.dataset.version || this.querySelector(".banner")) return;
    const banner = document.createElement("p");
    banner.className = "banner";
    banner.setAttribute("role", "status");
    banner.append("这一页有了新变化。");
    const button = banner.appendChild(document.createElement("button"));
    button.className = "btn in-row";
    button.textContent = "看新的（未送出的内容会清空）";
    button.addEventListener("click", () => this.#load());
    this.prepend(banner);
  }

  #filledIn() {
    if (document.activeElement?.closest?.("kefu-page form")) return true;
    const fields = [...this.querySelectorAll("input, textarea")];
    return fields.some((each) => each.value !== each.defaultValue || each.checked !== each.defaultChecked);
  }

  async #sent(event) {
    const done = await sent(event);
    if (done) return done.ok ? this.#load() : this.#look();
  }
}

async function detail(answer) {
  const problem = await answer.json().catch(() => ({}));
  return problem.code === "too_short" ? "搜索词太短：至少两个字、两个首字母或四位数字。" : problem.detail;
}

customElements.define("kefu-page", KefuPage);

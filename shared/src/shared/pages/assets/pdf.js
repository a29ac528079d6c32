// A paper as PDF: fetched from its service as the person who reads it, handed to the console, and kept as a file.
import {ask} from "./ask.js";
import {_} from "./words.js";

const REFUSED = {
  401: _("登录已过期，请重新登录后再试。"),
  403: _("您的岗位不能查看这张单据。"),
  404: _("没有这张单据。"),
  413: _("这张单据太长，无法生成PDF。请在单据上按Ctrl+P，在打印窗口里存为PDF。"),
};
const FAILED = _("PDF没有生成，请稍后再试。");

class NoPdf extends Error {}

class KefuPdf extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.button.addEventListener("click", () => this.#download());
    if ("atOnce" in this.dataset) this.#download();
  }

  async #download() {
    if (this.button.disabled) return;
    this.button.disabled = true;
    this.#say(_("正在生成PDF…"));
    try {
      const {pdf, name} = await this.#made(await this.#paper());
      keep(pdf, name);
      this.#say(_("已下载：{name}", {name}));
    } catch (error) {
      this.#say(error instanceof NoPdf ? error.message : FAILED);
    } finally {
      this.button.disabled = false;
    }
  }

  // The paper as its service shows it to this person; the service notes that it was read.
  async #paper() {
    const away = _("{service}暂不可用，请稍后再试。", {service: this.dataset.service});
    const answer = await ask(this.dataset.paper, {redirect: "error"}).catch(() => { throw new NoPdf(away); });
    if (!answer.ok) throw new NoPdf(REFUSED[answer.status] ?? away);
    return answer.text();
  }

  async #made(paper) {
    const sent = {method: "POST", headers: {"Content-Type": "text/html;charset=utf-8"}, body: paper};
    const answer = await ask("/pdf", sent);
    if (!answer.ok) {
      const {said} = await answer.json().catch(() => ({}));
      throw new NoPdf(said ?? REFUSED[answer.status] ?? FAILED);
    }
    const [, name] = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition"));
    return {pdf: await answer.blob(), name: decodeURIComponent(name)};
  }

  #say(words) {
    this.querySelector("[role=status]").textContent = words;
  }
}

function keep(pdf, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(pdf);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

customElements.define("kefu-pdf", KefuPdf);

// A card of another service on a page: drawn by that service, grey while it is away, and fetched anew with the page.
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
    const answer = await fetch(this.dataset.url).catch(() => null);
    if (answer?.ok) {
      const html = await answer.text();
      if (this.html !== html) this.innerHTML = this.html = html;
      return;
    }
    this.html = null;
    const away = !answer || answer.status >= 500;
    const words = away ? "暂不可用，其余照常；5秒后再试。" : "您的岗位不能查看。";
    this.innerHTML = `<section class="panel away-card"><header><h2></h2></header><p class="in note" role="status"></p></section>`;
    this.querySelector("h2").textContent = this.dataset.title;
    this.querySelector("p").textContent = words;
    if (away) this.waiting = setTimeout(() => this.load(), RETRY);
  }
}

customElements.define("kefu-card", KefuCard);

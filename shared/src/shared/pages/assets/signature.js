// A signature drawn with a finger, a pen or a mouse: handed in as a picture when its form is sent, and referred to in
// its field. A chosen file takes its place.
import {taken} from "./pictures.js";

const INK = "#141f1f"; // on white, in light and dark: it is a picture of paper
const PEN = 2.6; // CSS pixels

class KefuSignature extends HTMLElement {
  constructor() {
    super();
    this.addEventListener("pointerdown", (event) => this.#begin(event));
    this.addEventListener("pointermove", (event) => this.#draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.addEventListener(end, () => { this.pen = null; });
    this.addEventListener("click", (event) => { if (event.target.closest("[data-wipe]")) this.wipe(); });
    this.addEventListener("change", () => this.wipe());
  }

  connectedCallback() {
    this.canvas = this.querySelector("canvas");
    this.field = document.getElementById(this.dataset.into);
    this.field.form.addEventListener("reset", () => this.#clear());
  }

  #begin(event) {
    if (event.target !== this.canvas || !event.isPrimary || event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.dataset.unsent = "";
    this.pen = this.#place(event);
    this.#draw(event);
  }

  #draw(event) {
    if (!this.pen || !event.isPrimary) return;
    const ink = this.canvas.getContext("2d");
    ink.strokeStyle = INK;
    ink.lineCap = ink.lineJoin = "round";
    ink.lineWidth = PEN * this.#scale;
    ink.beginPath();
    ink.moveTo(...this.pen);
    for (const each of [...(event.getCoalescedEvents?.() ?? []), event]) {
      this.pen = this.#place(each);
      ink.lineTo(...this.pen);
    }
    ink.stroke();
  }

  get #scale() {
    return this.canvas.width / this.canvas.clientWidth;
  }

  #place({clientX, clientY}) {
    const box = this.canvas.getBoundingClientRect();
    const edge = this.canvas.clientLeft;
    return [(clientX - box.left - edge) * this.#scale, (clientY - box.top - edge) * this.#scale];
  }

  wipe() {
    const {ref} = this;
    this.#clear();
    if (ref && this.field.value === ref) this.#refer("");
  }

  // Of a form that is reset, too. That is no typing: its fields are still full, and a draft would be kept of them.
  #clear() {
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    delete this.dataset.unsent;
    this.ref = null;
  }

  // Nothing is wrong when nothing was drawn, or it was handed in; otherwise says what is, for the field's name.
  async handIn() {
    if (!("unsent" in this.dataset)) return null;
    delete this.dataset.unsent;
    let ref, what;
    try {
      const file = await new Promise((done) => this.canvas.toBlob(done, "image/png"));
      ({ref, what} = await taken(this.field.form, file));
    } finally {
      if (!ref) this.dataset.unsent = "";
    }
    if (what) return {name: this.field.name, what};
    this.ref = ref;
    this.#refer(ref);
    return null;
  }

  #refer(ref) {
    this.field.value = ref;
    this.field.dispatchEvent(new Event("input", {bubbles: true}));
  }
}

customElements.define("kefu-signature", KefuSignature);

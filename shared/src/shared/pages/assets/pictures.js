// Pictures in a form: taken or chosen, made small enough here, handed in, and referred to in their field.
import {ask} from "./ask.js";
import {sentences} from "./send.js";
import {_} from "./words.js";

const LONG_SIDES = [2048, 1448, 1024, 724]; // pixels, tried in turn; the service keeps no more than the first
const SMALL_ENOUGH = 900_000; // bytes of a file that can be sent
const QUALITY = 0.85;
const REF = /^[a-z]+\/pictures\/[0-9a-f-]{36}$/;

// A change event of a file input: hands the files in, one after the other, and says at the field what did not go.
export async function handIn(event) {
  const chooser = event.target.closest("input[type=file][data-into]");
  if (!chooser) return;
  const field = document.getElementById(chooser.dataset.into);
  const told = chooser.closest(".field").querySelector("[role=status]");
  const files = [...chooser.files];
  chooser.value = "";
  for (const [at, file] of files.entries()) {
    told.textContent = _("正在上传第{n}张，共{all}张…", {n: at + 1, all: files.length});
    const {ref, what} = await taken(field.form, file);
    if (what) {
      told.textContent = _("{field}：{what}", {field: file.name, what});
      return;
    }
    const known = field.value.split("\n").filter(Boolean);
    field.value = field.nodeName === "TEXTAREA" ? [...new Set([...known, ref])].join("\n") : ref;
    field.dispatchEvent(new Event("input", {bubbles: true}));
  }
  told.textContent = "";
}

// What the form's service made of a picture: {ref}, or {what} is wrong with it.
export async function taken(form, file) {
  const [, service] = form.dataset.send.split("/");
  const about = form.dataset.customer ? `?customer_id=${form.dataset.customer}` : "";
  let answer;
  try {
    answer = await ask(`/${service}/pictures${about}`, {
      method: "POST",
      headers: {"Content-Type": "application/octet-stream", "Idempotency-Key": crypto.randomUUID()},
      body: await scaled(file),
    });
    if (answer.ok) return await answer.json();
  } catch {
    return {what: _("没有送到：网络或服务暂不可用，请再选一次。")};
  }
  if (answer.status === 401) return {what: _("登录已过期，请重新登录后再选一次。")};
  const [wrong] = await sentences(await answer.json().catch(() => ({})));
  return {what: wrong.what};
}

// What this browser cannot draw is sent as it is: the service says what is wrong with it.
async function scaled(file) {
  if (file.size <= SMALL_ENOUGH) return file;
  const drawn = await createImageBitmap(file).catch(() => null);
  if (!drawn) return file;
  let made = file;
  for (const side of LONG_SIDES) {
    made = await redrawn(drawn, side);
    if (made.size <= SMALL_ENOUGH) break;
  }
  return made;
}

function redrawn(drawn, side) {
  const share = Math.min(1, side / Math.max(drawn.width, drawn.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(drawn.width * share);
  canvas.height = Math.round(drawn.height * share);
  canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

// Under each field for pictures: those that it refers to.
export function showPictures(form) {
  for (const chooser of form.querySelectorAll("input[type=file][data-into]")) {
    const refs = document.getElementById(chooser.dataset.into).value.split("\n").filter((line) => REF.test(line.trim()));
    chooser.closest(".field").querySelector(".thumbs").replaceChildren(...refs.map((ref, at) => {
      const line = document.createElement("li");
      const image = line.appendChild(document.createElement("img"));
      image.src = `/${ref.trim()}/small`;
      image.alt = _("已添加的第{n}张", {n: at + 1});
      return line;
    }));
  }
}

// What a page asks for, in the name of the person whom it shows: another one may have signed in in this browser since.
import {_} from "./words.js";

const person = document.body?.dataset.person;

// `fetch`, with who is asking; says above the page that it is another person's, once that is so.
export async function ask(url, options = {}) {
  if (!person) return fetch(url, options);
  const answer = await fetch(url, {...options, headers: {...options.headers, "Kefu-Person": encodeURIComponent(person)}});
  if (answer.status === 403 && (await answer.clone().json().catch(() => ({}))).code === "drawn_for_another") tellAnother();
  return answer;
}

export function tellAnother() {
  tell("another-person", _("已有另一位同事在这个浏览器登录，请{link}再办理。写了一半的内容会为原来的同事留着。"), _("重新打开本页"), location.href);
}

// One line above the page with a link in it; the same line stands there once.
export function tell(id, words, linked, href, target = "") {
  if (document.getElementById(id)) return;
  const note = document.createElement("p");
  note.id = id;
  note.className = "alarm";
  note.setAttribute("role", "alert");
  const link = document.createElement("a");
  Object.assign(link, {href, target, textContent: linked});
  const [before, after] = words.split("{link}");
  note.append(before, link, after);
  document.body.prepend(note);
}

// Renews the session before it ends, once for all open tabs; where that fails, says so above the page.

import {forgetAll} from "./draft.js";
import {_} from "./words.js";

const EARLY = 45;
/** Seconds before the end at which it is renewed. */

let ends = Date.now() + 1000 * Number(document.body.dataset.sessionSeconds);

async function renew() {
  const answer = await fetch("/session/renew", { method: "POST" }).catch(() => null);
  if (answer?.ok) {
    ends = Date.now() + 1000 * (await answer.json()).seconds;
    document.querySelector("#session-over")?.remove();
  } else if (Date.now() >= ends) {
    say();
    return;
  }
  later();
}

function once() {
  return navigator.locks.request("kefu-session", renew);
}

let waiting;

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(once, Math.min(Math.max(ends - 1000 * EARLY - Date.now(), 5000), 2 ** 31 - 1));
}

function say() {
  if (document.querySelector("#session-over")) return;
  const note = document.createElement("p");
  note.id = "session-over";
  note.className = "alarm";
  note.setAttribute("role", "alert");
  const link = document.createElement("a");
  link.href = "/sign-in";
  link.target = "_blank";
  link.textContent = _("重新登录");
  const [before, after] = _("登录已过期，{link}，然后回到这一页继续，写了一半的内容都在。").split("{link}");
  note.append(before, link, after);
  document.body.prepend(note);
}

later();

// A machine that slept, or a person who signed in again in another tab, comes back to this one.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() >= ends - 1000 * EARLY) once();
});

// Who signs out in one tab has left all of them.
const signedOut = new BroadcastChannel("kefu-signed-out");
signedOut.addEventListener("message", () => location.assign("/sign-in"));

document.querySelector("form[action='/sign-out']")?.addEventListener("submit", () => {
  forgetAll();
  signedOut.postMessage(null);
});

// Renews the session before it ends, once for all open tabs; where that fails, says so above the page.

import {ask, tell, tellAnother} from "./ask.js";
import {forgetAll} from "./draft.js";
import {_} from "./words.js";

const EARLY = 45;
/** Seconds before the end at which it is renewed. */
const LEAVES = 15_000;
/** Milliseconds that the way out may take before another tab goes on. */
const LOCK = "kefu-session";
/** Held by the one tab that changes who is signed in, so that a renewal signs nobody in who has just left. */

let ends = Date.now() + 1000 * Number(document.body.dataset.sessionSeconds);

async function renew() {
  const answer = await ask("/session/renew", {method: "POST"}).catch(() => null);
  if (answer?.ok) {
    ends = Date.now() + 1000 * (await answer.json()).seconds;
    document.querySelector("#session-over")?.remove();
  } else if (answer?.status === 403) {
    return;
  } else if (Date.now() >= ends) {
    tell("session-over", _("登录已过期，{link}，然后回到这一页继续，写了一半的内容都在。"), _("重新登录"), "/sign-in", "_blank");
    return;
  }
  later();
}

function once() {
  return navigator.locks.request(LOCK, renew);
}

let waiting;

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(once, Math.min(Math.max(ends - 1000 * EARLY - Date.now(), 5000), 2 ** 31 - 1));
}

later();

// A machine that slept, or a person who signed in again in another tab, comes back to this one.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() >= ends - 1000 * EARLY) once();
});

// Who signs out in one tab has left all of them; who signs in as another in one tab reads nothing of it in the others.
const {person} = document.body.dataset;
const signedIn = new BroadcastChannel("kefu-signed-in");
signedIn.addEventListener("message", ({data}) => {
  if (data === null) location.assign("/sign-in");
  else if (data !== person) tellAnother();
});
signedIn.postMessage(person);

document.querySelector("form[action='/sign-out']")?.addEventListener("submit", (event) => {
  event.preventDefault();
  forgetAll();
  navigator.locks.request(LOCK, () => new Promise((over) => {
    setTimeout(over, LEAVES);
    signedIn.postMessage(null);
    event.target.submit();
  }));
});

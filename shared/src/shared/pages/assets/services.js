// What pages that are put together from several services have in common: the services by name, and which is away.
import {_} from "./words.js";

/** Milliseconds until a service that was away is asked again. */
export const RETRY = 5_000;

/** The names by which people call the services, which the page gives as `data-services`. */
export function named(element) {
  return JSON.parse(element.dataset.services);
}

/** Says in the element's `.away` that a service is away, or no more. */
export function tellAway(element, service, is) {
  const box = element.querySelector(".away");
  let note = box.querySelector(`[data-service=${service}]`);
  if (is && !note) {
    note = box.appendChild(document.createElement("div"));
    note.className = "banner";
    note.dataset.service = service;
    note.textContent = _("{service}暂不可用，其余照常；{seconds}秒后再试。", {service: named(element)[service], seconds: RETRY / 1000});
  }
  if (!is) note?.remove();
}

// Hints that something has changed: one stream for everything on a page, as a browser has few connections to one address.
const AGAIN = 10_000; // milliseconds until a stream is asked for again that was refused: the session was over

const hints = new EventTarget();
let stream;

function open() {
  stream = new EventSource("/events");
  stream.addEventListener("open", () => hints.dispatchEvent(new Event("open")));
  stream.addEventListener("message", ({data}) => hints.dispatchEvent(new MessageEvent("message", {data})));
  stream.addEventListener("error", () => {
    hints.dispatchEvent(new Event("error"));
    if (stream.readyState === EventSource.CLOSED) setTimeout(open, AGAIN);
  });
}

export function listen() {
  if (!stream) open();
  return hints;
}

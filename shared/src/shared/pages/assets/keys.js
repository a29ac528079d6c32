// Keys of every page: / to the search, g and a letter to a screen that the navigation leads to. They sleep in fields and while an input method composes.
const SCREENS = {d: "/", q: "/decide", k: "/desk/customers", o: "/desk/orders", c: "/desk/complaints"};
const PATIENCE = 1_000; // milliseconds within which the letter follows the g

let waits = 0;

// On a phone the places stand in one row at the bottom: the present one is seen there.
const rail = document.querySelector(".rail");
const here = rail?.querySelector("[aria-current]");
if (here) rail.scrollLeft = here.offsetLeft - (rail.clientWidth - here.offsetWidth) / 2;

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  } else if (event.key === "g") {
    waits = event.timeStamp;
  } else if (event.timeStamp - waits < PATIENCE && SCREENS[event.key]) {
    rail?.querySelector(`a[href="${SCREENS[event.key]}"]`)?.click();
  }
});

// Ctrl+Enter sends the form that is being filled in.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});

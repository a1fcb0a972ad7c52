// A second click sends nothing: the answer to the first one may hold what is shown only once. Without this script, the
// server answers the second request with a sentence of its own.
(() => {
  const PATIENCE_MS = 15000; // a request that was stopped or lost must not leave the page dead
  const DOUBLE_CLICK_MS = 500;
  const SAME_PLACE_PIXELS = 10;
  const PRESSED = "mfa-lab-pressed"; // when and where: the next page may have another button at this place
  let sent = false;
  const buttons = (disabled) => {
    sent = disabled;
    for (const button of document.querySelectorAll("button")) button.disabled = disabled;
  };
  const isSecondClick = (x, y) => {
    const [at, lastX, lastY] = (sessionStorage.getItem(PRESSED) ?? "").split(" ").map(Number);
    const near = Math.abs(x - lastX) <= SAME_PLACE_PIXELS && Math.abs(y - lastY) <= SAME_PLACE_PIXELS;
    return near && Date.now() - at < DOUBLE_CLICK_MS;
  };
  addEventListener(
    "click",
    (event) => {
      if (!event.detail || !event.target.closest("a, button, input[type=checkbox]")) return; // by keyboard, or elsewhere
      if (isSecondClick(event.clientX, event.clientY)) event.preventDefault();
      else sessionStorage.setItem(PRESSED, [Date.now(), event.clientX, event.clientY].join(" "));
    },
    true,
  );
  addEventListener("input", () => sessionStorage.removeItem(PRESSED)); // who has typed since means a new click
  addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    buttons(true);
    setTimeout(buttons, PATIENCE_MS, false);
  });
  addEventListener("pageshow", () => buttons(false)); // a page that "Back" brings out of the cache
})();

// A second click sends nothing: the answer to the first one may hold what is shown only once. Without this script the
// server answers the second request with a sentence of its own.
(() => {
  const PATIENCE_MS = 15000; // a request that was stopped or lost must not leave the page dead
  let sent = false;
  const buttons = (disabled) => {
    sent = disabled;
    for (const button of document.querySelectorAll("button")) button.disabled = disabled;
  };
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

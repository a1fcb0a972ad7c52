// What the forms need from the browser: keyboards and password managers that know what is typed where, Enter that
// submits, a focus that follows the next step, and a countdown to the next code that ticks here, not in the kernel.

const KINDS = {
  ".mfa-digits input": { inputmode: "numeric", autocomplete: "one-time-code" },
  ".mfa-name input": { autocomplete: "username", autocapitalize: "none" },
  ".mfa-secret input": { autocomplete: "current-password" },
  ".mfa-recovery input": { autocomplete: "off", autocapitalize: "characters", spellcheck: "false" },
};

function render({ model, el }) {
  const root = () => el.closest(".mfa-root") ?? el.closest(".mfa-panel");
  el.setAttribute("role", "timer");
  el.classList.add("mfa-hint");

  const prepare = () => {
    for (const [selector, attributes] of Object.entries(KINDS)) {
      for (const input of root()?.querySelectorAll(selector) ?? []) {
        for (const [name, value] of Object.entries(attributes)) {
          if (input.getAttribute(name) !== value) input.setAttribute(name, value);
        }
      }
    }
  };
  // ipywidgets would tell the kernel of Enter before it tells what was typed.
  const onKey = (event) => {
    const panel = event.target.matches("input") && event.target.closest(".mfa-panel");
    if (event.key !== "Enter" || !panel) return;
    event.preventDefault();
    event.stopPropagation();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
    panel.querySelector(".mod-primary")?.click();
  };

  const observer = new MutationObserver(prepare);
  let watched = null;
  const start = requestAnimationFrame(() => {
    watched = root();
    if (!watched) return;
    observer.observe(watched, { childList: true, subtree: true });
    watched.addEventListener("keydown", onKey, true);
    prepare();
  });

  // Focus follows only if it was in the forms, or was lost with the form that went away.
  const focus = () =>
    setTimeout(() => {
      const now = document.activeElement;
      if (now !== document.body && !root()?.contains(now)) return;
      const inputs = [...(root()?.querySelectorAll(".mfa-server input, .mfa-server button") ?? [])];
      inputs.find((input) => input.offsetParent !== null)?.focus();
    }, 80);

  let timer = null;
  const wait = (seconds) => {
    clearInterval(timer);
    const end = Date.now() + seconds * 1000;
    const tell = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      el.textContent = left > 0 ? `That code is spent. The next one comes in ${left} s.` : "The next code is there.";
      if (left <= 0) clearInterval(timer);
    };
    timer = setInterval(tell, 250);
    tell();
  };

  const onMessage = (message) => {
    if (message.focus) focus();
    if (message.wait) wait(message.wait);
    if (message.quiet) {
      clearInterval(timer);
      el.textContent = "";
    }
  };
  model.on("msg:custom", onMessage);
  return () => {
    cancelAnimationFrame(start);
    clearInterval(timer);
    observer.disconnect();
    watched?.removeEventListener("keydown", onKey, true);
    model.off("msg:custom", onMessage);
  };
}

export default { render };

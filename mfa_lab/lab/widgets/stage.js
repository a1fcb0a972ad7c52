// What the forms need from the browser: fields that keyboards and password managers recognise, the Enter key as
// Submit, a focus that moves to the next step, and a countdown to the next code. The countdown runs in the browser.

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
    for (const input of root()?.querySelectorAll(".mfa-secret input:only-of-type") ?? []) {
      if (!input.parentElement.querySelector("button")) reveal(input);
    }
    nameAgain();
  };
  // The typed text and the press of the button travel in one message, and the text is removed from the page at once.
  // Only the name stays, because it is not secret: after a mistyped password, the user need not type the name again.
  let lastName = "";
  const named = new WeakSet();
  const forget = () => {
    lastName = "";
    for (const input of root()?.querySelectorAll(".mfa-name input") ?? []) input.value = "";
  };
  const nameAgain = () => {
    for (const input of root()?.querySelectorAll(".mfa-is-LoginForm .mfa-name input") ?? []) {
      if (!named.has(input) && !input.value) input.value = lastName;
      named.add(input);
    }
  };
  const isName = (element) => [...element.classList].find((name) => name.startsWith("mfa-is-"))?.slice(7);
  // Two presses do nothing: the second click of a double click, and a press while the kernel still handles the first.
  // The answer to the first press may show the next form, or codes that are shown only once, at the same place.
  // If the user has typed something since, the press is a new press.
  const DOUBLE_CLICK_MS = 700;
  const PATIENCE_MS = 15000; // after an interruption of the kernel, the form must work again
  const SAME_PLACE_PIXELS = 10;
  let pressed = null;
  const isSecondPress = (panel, x, y) => {
    const now = Date.now();
    if (pressed) {
      const age = now - pressed.at;
      // A key has no position on the page. An Enter counts as a second press if the first has replaced the form.
      const byKeyboard = x === 0 && y === 0;
      const near = byKeyboard
        ? pressed.panel && !pressed.panel.isConnected
        : Math.abs(x - pressed.x) <= SAME_PLACE_PIXELS && Math.abs(y - pressed.y) <= SAME_PLACE_PIXELS;
      const stillAtWork = pressed.atWork && panel === pressed.panel && age < PATIENCE_MS;
      if (stillAtWork || (near && age < DOUBLE_CLICK_MS)) return true;
    }
    pressed = { at: now, panel, x, y, atWork: false };
    return false;
  };
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  const submit = (panel) => {
    pressed.atWork = true;
    const typed = {};
    for (const input of panel.querySelectorAll(".mfa-field input")) {
      typed[isName(input.closest(".mfa-field"))] = input.value;
      if (input.closest(".mfa-name")) {
        lastName = input.value;
        continue;
      }
      input.value = "";
      if (input.type === "text") input.parentElement.querySelector(".mfa-reveal")?.click(); // hide the password again
    }
    model.send({ submit: isName(panel), typed });
  };
  const listeners = {
    click(event) {
      const button = event.target.closest(".jupyter-button");
      if (!button?.closest(".mfa-server, .mfa-links, .mfa-panel")) return;
      const panel = button.closest(".mfa-panel");
      if (isSecondPress(panel, event.clientX, event.clientY)) {
        swallow(event);
        return;
      }
      if (!panel || !button.matches(".mod-primary")) return;
      event.stopPropagation();
      submit(panel);
    },
    keydown(event) {
      if (event.key !== "Enter" && event.key !== " ") pressed = null;
      const panel = event.target.matches(".mfa-field input") && event.target.closest(".mfa-panel");
      if (event.key !== "Enter" || !panel) return;
      swallow(event);
      if (!isSecondPress(panel, 0, 0)) submit(panel);
    },
    input() {
      pressed = null;
    },
    change(event) {
      if (event.target.matches(".mfa-field input")) event.stopPropagation(); // so the text never reaches a synced trait
    },
  };

  const reveal = (input) => {
    const toggle = document.createElement("button");
    toggle.type = "button";
    toggle.className = "mfa-button mfa-reveal";
    const what = input.labels[0].textContent.toLowerCase(); // such as "password" or "setup key"
    const show = (shown) => {
      input.type = shown ? "text" : "password";
      toggle.textContent = shown ? "Hide" : "Show";
      toggle.setAttribute("aria-label", `${shown ? "Hide" : "Show"} the ${what}`);
    };
    toggle.addEventListener("click", () => show(input.type === "password"));
    show(false);
    input.after(toggle);
  };

  const observer = new MutationObserver(prepare);
  let watched = null;
  let frame = 0;
  const attach = () => {
    watched = root();
    if (!watched) {
      frame = requestAnimationFrame(attach); // a page that is opened again inserts its widgets one by one
      return;
    }
    observer.observe(watched, { childList: true, subtree: true });
    for (const [name, listener] of Object.entries(listeners)) watched.addEventListener(name, listener, true);
    prepare();
  };
  attach();

  // The focus moves only if it was lost with the form that disappeared, so a person who is typing is not disturbed.
  const focus = () =>
    setTimeout(() => {
      const now = document.activeElement;
      const lost = now === document.body || (root()?.contains(now) && now.offsetParent === null);
      if (!lost) return;
      const controls = [...(root()?.querySelectorAll(".mfa-server input, .mfa-server .jupyter-button") ?? [])];
      controls.find((control) => control.offsetParent !== null && !control.value)?.focus();
    }, 80);

  // A page that is opened again reads the notebook's file. If the file does not contain this view, the page shows the
  // static view, and a person who has just scanned the QR code would have to begin again.
  const save = () => {
    const context = model.widget_manager?.context;
    if (context?.canSave && context.model?.dirty) context.save();
  };

  let timer = null;
  const wait = (seconds) => {
    clearInterval(timer);
    const end = Date.now() + seconds * 1000;
    const tell = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      el.textContent = left > 0 ? `That code was used. The next code comes in ${left} s.` : "The next code is ready.";
      if (left <= 0) clearInterval(timer);
    };
    timer = setInterval(tell, 250);
    tell();
  };

  const fill = ({ form, field, text }) => {
    const input = root()?.querySelector(`.mfa-is-${form} .mfa-is-${field} input`);
    if (!input) return;
    input.value = text;
    input.focus();
    pressed = null;
  };

  const onMessage = (message) => {
    if (message.answered && pressed) pressed.atWork = false;
    if (message.focus) focus();
    if (message.fill) fill(message.fill);
    if (message.save) save();
    if (message.forget) forget();
    if (message.wait) wait(message.wait);
    if (message.quiet) {
      clearInterval(timer);
      el.textContent = "";
    }
  };
  model.on("msg:custom", onMessage);
  model.send({ ready: true });
  return () => {
    cancelAnimationFrame(frame);
    clearInterval(timer);
    observer.disconnect();
    for (const [name, listener] of Object.entries(listeners)) watched?.removeEventListener(name, listener, true);
    model.off("msg:custom", onMessage);
  };
}

export default { render };

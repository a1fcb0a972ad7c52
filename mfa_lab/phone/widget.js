// The phone in the page. It has its own copy of the secret and its own clock, and computes its codes in the browser with
// WebCrypto. This second implementation agrees with the server's because both have the secret and the time. Secrets
// arrive as a custom message and stay in this closure; no trait contains them.

const TURN = 2 * Math.PI * 26; // the ring's circumference
const NO_CRYPTO = "This page has no WebCrypto (it needs https or localhost), so the kernel computes the codes.";

const FACE = `
  <p class="mfa-side mfa-phone" role="heading" aria-level="3"><span class="mfa-time"></span> <span class="mfa-skew"></span></p>
  <p class="mfa-empty mfa-hint">No account yet. Let the server show a QR code, then scan it.</p>
  <div class="mfa-account" hidden>
    <label class="mfa-which mfa-hint">Account <select></select></label>
    <p class="mfa-label mfa-hint"></p>
    <p class="mfa-code" data-code></p>
    <svg class="mfa-ring" viewBox="0 0 64 64" role="timer" aria-label="">
      <circle cx="32" cy="32" r="26"/><circle class="mfa-rest" cx="32" cy="32" r="26"/>
      <text x="32" y="39" text-anchor="middle" aria-hidden="true"></text>
    </svg>
    <p class="mfa-next"></p>
    <p class="mfa-buttons">
      <button type="button" class="mfa-button" data-do="paste">Type it into the form</button>
      <button type="button" class="mfa-button" data-do="copy">Copy</button>
      <button type="button" class="mfa-button" data-do="forget">Forget this account</button>
    </p>
  </div>
  <p class="mfa-buttons"><button type="button" class="mfa-button" data-do="scan">Scan the QR code</button></p>
  <p class="mfa-hint" role="status" aria-live="polite" data-said></p>
  <p class="mfa-hint mfa-no-crypto" role="status" hidden></p>`;

function render({ model, el }) {
  el.classList.add("mfa", "mfa-phone-face");
  el.innerHTML = FACE;
  const find = (selector) => el.querySelector(selector);
  const say = (words) => (find("[data-said]").textContent = words);
  const state = { accounts: [], chosen: 0, clock: null, shown: null, code: "" };
  const hasCrypto = Boolean(globalThis.crypto?.subtle);

  // The phone's own time in seconds: the browser's clock and the drift, or a clock that the lesson steers.
  const now = () => (state.steered ? state.steered() : Date.now() / 1000 + (state.clock?.drift ?? 0));

  async function codes(account, step) {
    if (hasCrypto) return Promise.all([codeOf(account, step), codeOf(account, step + 1)]);
    return new Promise((resolve) => {
      state.asked = resolve;
      model.send({ ask: account.label });
    });
  }

  async function tick() {
    if (!state.clock) return;
    const seconds = Math.floor(now());
    find(".mfa-time").textContent = state.clock.hidden ? "The phone" : `The phone · ${clockFace(seconds)} UTC`;
    const account = state.accounts[state.chosen];
    if (!account) return;
    const step = Math.floor(seconds / account.period);
    const left = account.period - (seconds % account.period);
    find(".mfa-rest").style.strokeDashoffset = TURN * (1 - left / account.period);
    find(".mfa-ring text").textContent = left;
    find(".mfa-ring").setAttribute("aria-label", `${left} seconds left`);
    find(".mfa-next").style.opacity = Math.max(0, Math.min(1, (10 - left) / 2));
    const wanted = `${account.label} ${step}`;
    if (state.shown === wanted) return;
    state.shown = wanted;
    const [current, next] = await codes(account, step);
    if (state.shown !== wanted) return; // the account or the step changed meanwhile
    state.code = current;
    find("[data-code]").textContent = grouped(current);
    find(".mfa-next").textContent = `next ${grouped(next)}`;
  }

  function show() {
    const account = state.accounts[state.chosen];
    find(".mfa-account").hidden = !account;
    find(".mfa-empty").hidden = Boolean(account);
    find(".mfa-label").textContent = account?.label ?? "";
    find(".mfa-label").hidden = state.accounts.length > 1;
    find(".mfa-which").hidden = state.accounts.length < 2;
    find("select").replaceChildren(...state.accounts.map(({ label }, index) => new Option(label, index)));
    find("select").value = state.chosen;
    showSkew(state.clock.skew);
    state.shown = null;
    tick();
  }

  function showSkew(seconds) {
    const skew = Math.trunc(seconds);
    const off = Math.abs(skew) >= 2 && !state.clock.hidden; // a smaller skew is only the message's delay
    find(".mfa-skew").textContent = off ? signed(skew) : "";
    find(".mfa-skew").title = off ? "against the server's clock" : "";
  }

  // A time machine in the same page also steers this phone, if both belong to the same server's clock.
  const onTime = ({ detail }) => {
    if (!state.clock || state.clock.of !== detail.of) return;
    state.steered = runningFrom(detail.phone, detail.speed);
    showSkew(Math.floor(detail.phone) - Math.floor(detail.server));
    tick();
  };

  const onMessage = (message) => {
    if (message.accounts) {
      state.accounts = message.accounts;
      state.chosen = Math.max(0, message.accounts.length - 1);
      state.clock = message.clock;
      const { fixed, server, speed = 0 } = message.clock;
      state.steered = fixed == null ? null : runningFrom(fixed, speed);
      if (fixed == null) state.clock.skew = now() - server;
      show();
    }
    if (message.codes) state.asked?.(message.codes);
    if (message.said !== undefined) say(message.said);
  };

  el.addEventListener("click", async ({ target }) => {
    const what = target.dataset?.do;
    if (what === "scan") model.send({ scan: true });
    if (what === "forget") model.send({ forget: state.accounts[state.chosen].label });
    if (what === "paste") model.send({ paste: state.code });
    if (what === "copy") {
      try {
        await navigator.clipboard.writeText(state.code);
        say("Copied.");
      } catch {
        say("The browser does not let the page copy: type the code.");
      }
    }
  });
  find("select").addEventListener("change", ({ target }) => {
    state.chosen = Number(target.value);
    show();
  });

  if (!hasCrypto) {
    find(".mfa-no-crypto").hidden = false; // it has a line of its own, because other messages replace each other
    find(".mfa-no-crypto").textContent = NO_CRYPTO;
  }
  model.on("msg:custom", onMessage);
  document.addEventListener("mfa-time", onTime);
  model.send({ ready: true });
  const timer = setInterval(tick, 200);
  return () => {
    clearInterval(timer);
    document.removeEventListener("mfa-time", onTime);
    model.off("msg:custom", onMessage);
  };
}

export default { render };

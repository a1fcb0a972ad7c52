// The phone in the page. It has its own copy of the secret and its own clock, and computes its codes here, in the
// browser, with WebCrypto: a second implementation that agrees with the server's because both hold the secret and
// the time. Secrets arrive as a custom message and stay in this closure; no trait holds them.

const HASHES = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" };
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const TURN = 2 * Math.PI * 26; // the ring's circumference

/** The bytes that a Base32 text stands for (RFC 4648). */
export function fromBase32(text) {
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.replace(/=+$/, "").toUpperCase()) {
    value = (value << 5) | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 0xff);
    }
    value &= 0xff;
  }
  return new Uint8Array(bytes);
}

/** The code of one time step: HMAC, dynamic truncation, decimal digits (RFC 4226 section 5.3). */
export async function codeOf({ secret, digits, algorithm }, step) {
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(step));
  const hash = { name: "HMAC", hash: HASHES[algorithm] };
  const key = await crypto.subtle.importKey("raw", fromBase32(secret), hash, false, ["sign"]);
  const digest = new DataView(await crypto.subtle.sign("HMAC", key, message));
  const offset = digest.getUint8(digest.byteLength - 1) & 0x0f;
  return String((digest.getUint32(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, "0");
}

/** A code as it is best read: `123 456`. */
export const grouped = (code) => {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)} ${code.slice(half)}`;
};

const clockFace = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);
const signed = (seconds) => `${seconds < 0 ? "−" : "+"}${Math.abs(seconds)} s`;

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
  <p class="mfa-hint" role="status" aria-live="polite" data-said></p>`;

function render({ model, el }) {
  el.classList.add("mfa", "mfa-phone-face");
  el.innerHTML = FACE;
  const find = (selector) => el.querySelector(selector);
  const say = (words) => (find("[data-said]").textContent = words);
  const state = { accounts: [], chosen: 0, clock: null, shown: null, code: "" };
  const hasCrypto = Boolean(globalThis.crypto?.subtle);

  // The phone's own time in seconds: the browser's clock and the drift, or a clock that the lesson holds still.
  const now = () => (state.clock?.fixed != null ? state.clock.fixed : Date.now() / 1000 + (state.clock?.drift ?? 0));

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
    find(".mfa-time").textContent = `The phone · ${clockFace(seconds)} UTC`;
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
    const skew = Math.trunc(state.clock.skew);
    const off = Math.abs(skew) >= 2; // less is the message's own way
    find(".mfa-skew").textContent = off ? signed(skew) : "";
    find(".mfa-skew").title = off ? "against the server's clock" : "";
    state.shown = null;
    tick();
  }

  const onMessage = (message) => {
    if (message.accounts) {
      state.accounts = message.accounts;
      state.chosen = Math.max(0, message.accounts.length - 1);
      state.clock = message.clock;
      if (message.clock.fixed == null) state.clock.skew = now() - message.clock.server;
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

  if (!hasCrypto) say("This page has no WebCrypto (it needs https or localhost), so the kernel computes the codes.");
  model.on("msg:custom", onMessage);
  model.send({ ready: true });
  const timer = setInterval(tick, 200);
  return () => {
    clearInterval(timer);
    model.off("msg:custom", onMessage);
  };
}

export default { render };

// Registers a passkey, or logs in with it. The first submit fetches the options, because each start makes a new
// challenge. When the browser has answered, the form is sent like every other form of these pages.
addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-passkey]");
  const status = document.querySelector("[role=status]");
  const creates = form.dataset.passkey === "create";
  const SENTENCES = {
    AbortError: "The browser stopped. Nothing was sent. Try again.",
    ConstraintError: "This authenticator cannot verify you with a PIN or a fingerprint. Use another authenticator.",
    InvalidStateError: "This authenticator already has a passkey for your account. Use another authenticator.",
    NotSupportedError: "This authenticator does not support the passkeys of this site. Use another authenticator.",
    SecurityError:
      "The browser refuses, because passkeys of this site do not work at this address. Are you on the correct page? " +
      "Check the address, and open the page again from your bookmark.",
  };
  const NO_PASSKEYS = "This browser does not support passkeys. Update it, or use another browser.";
  const ASKING = "The browser is asking for your passkey. Follow its instructions.";
  const CANCELLED = creates
    ? "The browser made no passkey: you cancelled, or the authenticator could not verify you. Nothing was sent. Try again."
    : "The browser used no passkey: you cancelled, or it found no passkey of this account. Nothing was sent. Try again.";
  const TIMED_OUT = "The time is over, and the browser sent nothing. Try again.";
  const NO_ANSWER = "The server did not answer as expected. Check your connection, and try again.";

  const sentence = (error, milliseconds, timeout) => {
    if (error.name === "NotAllowedError") return milliseconds >= timeout ? TIMED_OUT : CANCELLED;
    return SENTENCES[error.name] ?? `The browser could not use a passkey (${error.name}). Try again.`;
  };

  const options = async () => {
    const fields = new URLSearchParams(new FormData(form));
    const answer = await fetch(`${form.action}/options`, { method: "POST", body: fields, redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      // The session is too old, and this page leads to the login. A reload would send a rejected response again.
      location.replace(location.pathname + location.search);
      return new Promise(() => {});
    }
    return answer.ok ? answer.json() : { detail: (await answer.json()).detail ?? NO_ANSWER };
  };

  /** Returns the sentence for the user, or an empty one after the response was sent. */
  const ceremony = async () => {
    const given = await options().catch(() => ({ detail: NO_ANSWER }));
    if (given.detail) return given.detail;
    const parse = creates ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    const started = performance.now();
    try {
      const publicKey = PublicKeyCredential[parse](given.options);
      const credential = await navigator.credentials[creates ? "create" : "get"]({ publicKey });
      form.elements.response.value = JSON.stringify(credential.toJSON());
    } catch (error) {
      return sentence(error, performance.now() - started, given.options.timeout);
    }
    if (creates) form.elements.creation.value = given.token;
    form.requestSubmit();
    return "";
  };

  form.addEventListener("submit", async (event) => {
    if (form.elements.response.value) return;
    event.preventDefault();
    event.stopPropagation(); // the other script would count this submit as sent
    const button = form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    status.textContent = ASKING;
    status.textContent = await ceremony();
    if (form.elements.response.value) return;
    button.disabled = false;
    button.focus();
  });
  addEventListener("pageshow", () => (form.elements.response.value = "")); // "Back" may bring the old response

  const supported = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);
  status.textContent = supported ? "" : NO_PASSKEYS;
  form.hidden = !supported;
});

// Runs a passkey's ceremonies in the notebook's own page, because a frame from another origin may not use passkeys.
// Only a press of a button starts a ceremony. The options arrive in a custom message, and the response leaves in one.

function obstacle() {
  if (/^[\d.]+$|:/.test(location.hostname)) {
    const named = `${location.protocol}//localhost${location.port ? `:${location.port}` : ""}`;
    return `This page's address is ${location.hostname}. Passkeys need a name: open the notebook under ${named} instead.`;
  }
  if (!window.isSecureContext) return "This page is not encrypted, so its browser offers no passkeys.";
  if (typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON !== "function") {
    return "This browser is too old for this form.";
  }
  return "";
}

async function ceremony({ kind, options }) {
  const publicKey =
    kind === "create"
      ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
      : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials[kind]({ publicKey });
  return credential.toJSON();
}

let running = false; // the page may show the same output twice, and then each view hears the message

function render({ model }) {
  const heard = async (message) => {
    if (running || !message.kind) return;
    running = true;
    try {
      model.send({ response: await ceremony(message) });
    } catch (error) {
      model.send({ refused: error.name });
    } finally {
      running = false;
    }
  };
  model.on("msg:custom", heard);
  model.send({ origin: location.origin, host: location.hostname, obstacle: obstacle() });
  return () => model.off("msg:custom", heard);
}

export default { render };

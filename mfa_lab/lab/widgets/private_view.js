// Draws what must never be saved: a live QR code, a setup key, or recovery codes. The content arrives in a custom
// message, not in a trait, so neither the notebook nor the widget's state ever contains it.

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
};

const parsed = (svg) =>
  document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);

function list({ label, items }) {
  const section = make("div");
  const lines = make("ul");
  lines.append(...items.map((item) => make("li", "mfa-key", item)));
  const copy = make("button", "mfa-button", items.length > 1 ? "Copy them" : "Copy it");
  copy.type = "button";
  const said = make("span", "mfa-hint");
  said.setAttribute("role", "status");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(items.join("\n"));
      said.textContent = "Copied.";
    } catch {
      said.textContent = "The browser does not let this page copy: select the text instead.";
    }
  });
  section.append(make("p", "mfa-hint", label), lines, copy, said);
  return section;
}

function fold({ summary, parts }) {
  const details = make("details");
  details.append(make("summary", "mfa-hint", summary), ...parts.map(part));
  return details;
}

const part = (given) =>
  ({ picture: () => parsed(given.svg), list: () => list(given), folded: () => fold(given) })[given.kind]();

export default {
  render({ model, el }) {
    const draw = (message) => {
      if (message.parts) el.replaceChildren(...message.parts.map(part));
    };
    el.classList.add("mfa", "mfa-private");
    model.on("msg:custom", draw);
    model.send({ ready: true });
    return () => model.off("msg:custom", draw);
  },
};

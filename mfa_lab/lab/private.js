// Draws what must never be saved: a live QR code, a setup key, recovery codes. They come as a custom message,
// not as a trait, so that neither the notebook nor the widget's state ever holds them.
const part = ({ kind, label, svg, text, items }) => {
  const section = document.createElement("div");
  if (label) {
    const heading = section.appendChild(document.createElement("p"));
    heading.className = "mfa-hint";
    heading.textContent = label;
  }
  if (kind === "picture") {
    section.append(document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true));
  } else if (kind === "list") {
    const list = section.appendChild(document.createElement("ul"));
    for (const item of items) {
      const entry = list.appendChild(document.createElement("li"));
      entry.className = "mfa-key";
      entry.textContent = item;
    }
  } else {
    const line = section.appendChild(document.createElement("p"));
    line.className = "mfa-key";
    line.textContent = text;
  }
  return section;
};

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

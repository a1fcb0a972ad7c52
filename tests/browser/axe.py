"""What a page must be for everyone: axe's rules, and the contrast of every text computed from its styles.

axe was seen to miss text on the ground of a form in JupyterLab, so contrast is measured here once more.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

_CONTRASTS = """(selector) => {
  const parse = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\\d.]+/g).map(Number);
    return [red, green, blue, alpha];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((part, index) => part * a + under[index] * (1 - a));
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(parse(getComputedStyle(at).backgroundColor));
    return layers.reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const root of document.querySelectorAll(selector)) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent.trim();
      if (!text || element.closest("style, script, svg, select")) continue;
      if (!element.checkVisibility({ opacityProperty: true })) continue;
      if (parseFloat(getComputedStyle(element).opacity) < 1) continue; // on its way in; see the widget's next code
      const under = ground(element);
      const ink = over(parse(getComputedStyle(element).color), under);
      const [dark, light] = [luminance(ink), luminance(under)].sort((one, other) => one - other);
      found.push([(light + 0.05) / (dark + 0.05), text.slice(0, 60)]);
    }
  }
  return found;
}"""

# The list of what passes is left out: on a long page, it takes most of the time.
_VIOLATIONS = """async ([selector, enabled]) => {
  const rules = { "color-contrast": { enabled } };
  return (await axe.run(selector, { preload: false, resultTypes: ["violations"], rules })).violations;
}"""


def violations(page: Page, selector: str, *, contrast: bool = True) -> list[str]:
    """What axe finds serious or critical within `selector`, each as one line.

    Without `contrast`, which is slow, `contrasts` must measure it.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(_VIOLATIONS, [selector, contrast])
    return [
        f"{each['id']}: {node['html'][:200]}" for each in found if each["impact"] in SERIOUS for node in each["nodes"]
    ]


def contrasts(page: Page, selector: str) -> list[tuple[float, str]]:
    """The contrast of every visible text within `selector` against its own ground, lowest first (WCAG 1.4.3)."""
    return sorted((ratio, text) for ratio, text in page.evaluate(_CONTRASTS, selector))

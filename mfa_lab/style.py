"""Define the colours and shapes of server, phone and attacker in forms, figures and pages, for light and dark themes.

The colours are those of Okabe and Ito, which colour-blind readers can distinguish. Text is darker on a light
background and lighter on a dark background, so that its contrast stays above 4.5:1. "Accepted" and "rejected" differ
in word and sign as well as in colour.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tone:
    """One actor's colours.

    `fill` is for areas and lines in a light theme, `text` is for text in a light theme, and `dark` is for both uses
    in a dark theme.
    """

    fill: str
    text: str
    dark: str


SERVER = Tone("#0072B2", "#0072B2", "#56B4E9")
PHONE = Tone("#009E73", "#007A5A", "#3CC9A0")
ATTACKER = Tone("#CC79A7", "#9C3F78", "#E3A0C8")
REFUSED = Tone("#D55E00", "#B34700", "#F08A4B")
HERE = Tone("#E69F00", "#8A5A00", "#F0C05A")
QUIET = Tone("#D0D7DE", "#57606A", "#9DA7B1")

TONES = {"server": SERVER, "phone": PHONE, "attacker": ATTACKER, "refused": REFUSED, "here": HERE, "quiet": QUIET}

GRANTED_SIGN = "✓"
REFUSED_SIGN = "✕"


def grouped(code: str) -> str:
    """Return a code in two groups of digits, because groups are easier to read: `123 456`, `1234 5678`."""
    half = (len(code) + 1) // 2
    return f"{code[:half]} {code[half:]}"


def _variables(dark: bool) -> str:
    names = []
    for name, tone in TONES.items():
        names.append(f"--mfa-{name}: {tone.dark if dark else tone.fill};")
        names.append(f"--mfa-{name}-text: {tone.dark if dark else tone.text};")
    ground, ink, on_fill = ("#111418", "#E6EDF3", "#0B0E12") if dark else ("#FFFFFF", "#1B1F24", "#FFFFFF")
    line = "#3D444D" if dark else QUIET.fill
    names += [f"--mfa-ground: {ground};", f"--mfa-ink: {ink};", f"--mfa-on-fill: {on_fill};", f"--mfa-line: {line};"]
    return " ".join(names)


def themed(selector: str) -> str:
    """Return the CSS rules that define the colours of `selector` as variables, for light and dark themes."""
    light, dark = _variables(dark=False), _variables(dark=True)
    return f'{selector} {{ {light} }} [data-jp-theme-light="false"] {selector} {{ {dark} }}'


_MONO = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace'

CSS = f"""
.mfa {{ {_variables(dark=False)} color: var(--mfa-ink); font-size: 1rem; line-height: 1.5; max-width: 62rem; }}
[data-jp-theme-light="false"] .mfa {{ {_variables(dark=True)} }}
.mfa-root {{ container-type: inline-size; padding: 0.2rem; }}
.mfa p, .mfa dl, .mfa dd, .mfa dt, .mfa ol, .mfa ul, .mfa h3 {{ margin: 0; padding: 0; font-size: inherit; }}
.mfa .widget-html, .mfa .widget-html-content {{ font-size: inherit; line-height: inherit; height: auto;
  width: auto; min-width: 0; white-space: normal; }}
.mfa .widget-html-content {{ flex: 1; }}
.mfa .mfa-lost {{ display: none; border: 2px solid var(--mfa-refused); border-radius: 8px; padding: 0.7rem 1rem; }}
.mfa.jupyter-widgets-disconnected .mfa-lost {{ display: block; }}
.mfa.jupyter-widgets-disconnected > :not(:has(.mfa-lost)) {{ display: none !important; }}
.mfa .jupyter-widgets-disconnected::before, .mfa.jupyter-widgets-disconnected::before {{ display: none; }}

.mfa ol.mfa-steps {{ display: grid; grid-template-columns: repeat(4, 1fr); list-style: none; margin: 1rem 0 0;
  counter-reset: step; }}
.mfa ol.mfa-steps b::before {{ counter-increment: step; content: counter(step) " "; }}
.mfa-steps li {{ border-top: 4px solid var(--mfa-line); padding: 0.7rem 0.8rem 0.9rem 0; position: relative; }}
.mfa-steps li::before {{ content: ""; position: absolute; top: -0.7rem; left: 0; width: 0.75rem; height: 0.75rem;
  border: 4px solid var(--mfa-line); border-radius: 50%; background: var(--mfa-ground); }}
.mfa-steps li.mfa-done {{ border-color: var(--mfa-server); }}
.mfa-steps li.mfa-done::before {{ border-color: var(--mfa-server); background: var(--mfa-server); }}
.mfa-steps li.mfa-now {{ border-color: var(--mfa-here); }}
.mfa-steps li.mfa-now::before {{ border-color: var(--mfa-here); }}
.mfa-steps b {{ display: block; font-weight: 400; }}
.mfa-steps li.mfa-now b {{ font-weight: 700; }}
.mfa-steps span {{ display: block; line-height: 1.35; color: var(--mfa-quiet-text); font-size: 0.85em; }}

.mfa-sides {{ display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem; align-items: start; }}
@container (max-width: 44rem) {{
  .mfa-sides {{ grid-template-columns: minmax(0, 1fr); }}
  .mfa ol.mfa-steps {{ grid-template-columns: minmax(0, 1fr); }}
  .mfa-steps li {{ border-top: 0; border-left: 4px solid var(--mfa-line); padding: 0 0 0.6rem 1rem; }}
  .mfa-steps li::before {{ top: 0.15rem; left: -0.75rem; }}
}}
.mfa-panel {{ border: 1.5px solid var(--mfa-line); border-radius: 12px; padding: 1.1rem 1.5rem !important; }}
.mfa-panel.mfa-phone {{ border: 2.5px solid var(--mfa-phone); border-radius: 28px; }}
.mfa .mfa-side {{ color: var(--mfa-server-text); font-weight: 700; letter-spacing: 0.02em; margin-bottom: 0.4rem; }}
.mfa .mfa-side.mfa-phone {{ color: var(--mfa-phone-text); }}
.mfa .mfa-hint {{ color: var(--mfa-quiet-text); font-size: 0.92em; }}

.mfa-answer {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr));
  gap: 0.6rem 2rem; margin: 0.6rem 0; }}
.mfa-answer > div, .mfa-answer > details {{ border-left: 5px solid var(--mfa-line); padding: 0 0 0.3rem 1.2rem; }}
.mfa-granted > * {{ border-color: var(--mfa-server) !important; }}
.mfa-refused > * {{ border-color: var(--mfa-refused) !important; }}
.mfa .mfa-answer .mfa-face, .mfa .mfa-answer summary {{ color: var(--mfa-quiet-text); font-weight: 700;
  font-size: 0.92em; }}
.mfa-root:not(.mfa-instructor) .mfa-answer details {{ display: none; }}
.mfa summary {{ cursor: pointer; }}
.mfa-granted .mfa-sign {{ color: var(--mfa-server-text); font-weight: 700; }}
.mfa-refused .mfa-sign {{ color: var(--mfa-refused-text); font-weight: 700; }}
.mfa-answer dl {{ display: grid; grid-template-columns: 6em 1fr; gap: 0.1rem 0.6rem; }}
.mfa .mfa-answer dd {{ width: auto; }}
.mfa-answer dt {{ font-weight: 400; color: var(--mfa-quiet-text); }}

.mfa .widget-text {{ flex-flow: row wrap; gap: 0 0.5rem; width: auto; height: auto; margin: 0.3rem 0;
  overflow: visible; }}
.mfa .widget-text > .widget-label {{ flex: 1 0 100%; white-space: normal; height: auto; text-align: left;
  font-size: 0.95em;
  color: var(--mfa-quiet-text); }}
.mfa .widget-text input {{ flex: 1; min-width: 0; font-size: 1.1em; height: 2.4em; border-radius: 7px;
  padding: 0 0.7em;
  color: var(--mfa-ink); background: var(--mfa-ground); border: 1px solid var(--mfa-quiet-text); }}
.mfa .mfa-digits input, .mfa .mfa-recovery input {{ font: 700 1.5em/1 {_MONO}; letter-spacing: 0.06em; height: 2em; }}
.mfa .mfa-digits input {{ max-width: 12em; }}
.mfa .mfa-buttons {{ display: flex; flex-wrap: wrap; gap: 0.6rem; margin: 0.6rem 0; overflow: visible; }}
.mfa .jupyter-button, .mfa .mfa-button {{ font: inherit; line-height: 1.6; height: auto; width: auto; margin: 0;
  padding: 0.3em 1.1em; border-radius: 7px; cursor: pointer; white-space: normal; max-width: 100%;
  background: transparent; box-shadow: none;
  color: var(--mfa-server-text); border: 1.5px solid var(--mfa-server); }}
.mfa .jupyter-button.mod-primary {{ background: var(--mfa-server); color: var(--mfa-on-fill); }}
.mfa .jupyter-button.mod-active {{ background: var(--mfa-line); color: var(--mfa-ink); }}
.mfa .mfa-phone-face .mfa-button {{ color: var(--mfa-phone-text); border-color: var(--mfa-phone); }}
.mfa .jupyter-button:focus-visible, .mfa input:focus-visible, .mfa summary:focus-visible,
.mfa .mfa-button:focus-visible, .mfa select:focus-visible {{
  outline: 3px solid var(--mfa-here) !important; outline-offset: 2px; }}

.mfa-private {{ padding: 0.2rem 0; }}
.mfa .mfa-private ul {{ list-style: none; display: flex; flex-wrap: wrap; gap: 0 2.5rem; }}
.mfa-private .mfa-button {{ margin: 0.4rem 0.8rem 0.6rem 0; }}
.mfa-key {{ font: 500 1.05em/1.7 {_MONO}; overflow-wrap: anywhere; }}
.mfa svg[role="img"] {{ width: 15rem; height: 15rem; max-width: 100%; border-radius: 8px; display: block; }}

.mfa .mfa-beside {{ display: flex; flex-flow: row wrap; gap: 0.3rem 1.4rem; align-items: flex-start;
  overflow: visible; }}
.mfa-beside > .mfa-private {{ flex: 0 0 auto; width: auto; }}
.mfa-beside > .widget-vbox {{ flex: 1 1 11rem; min-width: 0; overflow: visible; }}
.mfa-beside > .mfa-private:empty {{ display: none; }}

.mfa-phone-face {{ text-align: center; container-type: inline-size; flex: 1 1 auto; width: 100%; }}
.mfa-account {{ display: flex; flex-flow: row wrap; justify-content: center; align-items: center; gap: 0 0.8rem; }}
.mfa-account > :not(.mfa-code, .mfa-ring) {{ flex: 0 0 100%; }}
.mfa-phone-face [hidden] {{ display: none; }}
.mfa-phone-face .mfa-buttons {{ justify-content: center; gap: 0.4rem; margin: 0.4rem 0; }}
.mfa-phone-face select {{ font: inherit; color: var(--mfa-ink); background: var(--mfa-ground); height: 2.3em;
  max-width: 100%; border: 1px solid var(--mfa-phone); border-radius: 7px; padding: 0 0.5em; }}
.mfa-skew {{ color: var(--mfa-refused-text); }}
.mfa .mfa-code {{ font: 700 min(2.4em, 13.5cqi)/1.3 {_MONO}; letter-spacing: 0.06em; white-space: nowrap; }}
.mfa-ring {{ width: 5em; height: 5em; }}
.mfa-ring circle {{ fill: none; stroke: var(--mfa-line); stroke-width: 5; }}
.mfa-ring .mfa-rest {{ stroke: var(--mfa-phone); stroke-linecap: round; stroke-dasharray: 163.36;
  transform: rotate(-90deg); transform-origin: center; }}
.mfa-ring text {{ fill: var(--mfa-ink); font-size: 19px; font-weight: 700; }}
.mfa-next {{ color: var(--mfa-quiet-text); font-family: {_MONO}; }}

.mfa.mfa-big {{ font-size: clamp(1.2rem, min(2.6vh, 1.63vw), 1.8rem); max-width: none; }}
.mfa.mfa-big .mfa {{ font-size: inherit; }}
"""

"""One visual language for forms, figures and pages: who is who by colour and shape, in light and in dark.

Okabe-Ito hues, safe for colour-blind eyes; for text a darker tone on light ground and a lighter one on dark, so
that contrast stays above 4.5:1. Granted and refused differ by word and sign as well as by colour.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tone:
    """One actor's colours: for fills and lines, for text on light ground, for both on dark ground."""

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
    """A code as it is best read: `123 456`, `1234 5678`."""
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


CSS = f"""
.mfa {{ {_variables(dark=False)} color: var(--mfa-ink); font-size: 1rem; line-height: 1.5; max-width: 62rem; }}
[data-jp-theme-light="false"] .mfa {{ {_variables(dark=True)} }}
.mfa p, .mfa dl, .mfa dd, .mfa dt, .mfa ol, .mfa ul, .mfa h4 {{ margin: 0; padding: 0; }}
.mfa ol.mfa-steps {{ display: grid; grid-template-columns: repeat(4, 1fr); list-style: none; margin: 1rem 0 0; }}
.mfa-steps li {{ border-top: 4px solid var(--mfa-line); padding: 0.7rem 0.8rem 0.9rem 0; position: relative; }}
.mfa-steps li::before {{ content: ""; position: absolute; top: -0.7rem; left: 0; width: 0.75rem; height: 0.75rem;
  border: 4px solid var(--mfa-line); border-radius: 50%; background: var(--mfa-ground); }}
.mfa-steps li.mfa-done {{ border-color: var(--mfa-server); }}
.mfa-steps li.mfa-done::before {{ border-color: var(--mfa-server); background: var(--mfa-server); }}
.mfa-steps li.mfa-now {{ border-color: var(--mfa-here); }}
.mfa-steps li.mfa-now::before {{ border-color: var(--mfa-here); }}
.mfa-steps li.mfa-now b {{ font-weight: 700; }}
.mfa-steps b {{ display: block; font-weight: 400; }}
.mfa-steps span {{ display: block; line-height: 1.35; color: var(--mfa-quiet-text); font-size: 0.85rem; }}
.mfa-sides {{ display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem; align-items: start; }}
@media (max-width: 50rem) {{ .mfa-sides {{ grid-template-columns: 1fr; }} }}
.mfa-side {{ color: var(--mfa-server-text); font-weight: 700; letter-spacing: 0.02em; }}
.mfa-side.mfa-phone {{ color: var(--mfa-phone-text); }}
.mfa-hint {{ color: var(--mfa-quiet-text); font-size: 0.9rem; }}
.mfa-answer {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0.5rem 2rem; }}
.mfa-answer > div, .mfa-answer > details {{ border-left: 5px solid var(--mfa-line); padding: 0 0 0.3rem 1.2rem; }}
.mfa-granted > * {{ border-color: var(--mfa-server) !important; }}
.mfa-refused > * {{ border-color: var(--mfa-refused) !important; }}
.mfa-answer h4, .mfa-answer summary {{ color: var(--mfa-quiet-text); font-size: 0.9rem; font-weight: 700; }}
.mfa-answer summary {{ cursor: pointer; }}
.mfa-granted .mfa-sign {{ color: var(--mfa-server-text); }}
.mfa-refused .mfa-sign {{ color: var(--mfa-refused-text); }}
.mfa-answer dl {{ display: grid; grid-template-columns: 6rem 1fr; gap: 0.1rem 0.6rem; font-size: 0.95rem; }}
.mfa-answer dt {{ font-weight: 400; color: var(--mfa-quiet-text); }}
.mfa-code {{ font: 700 2.4rem/1.3 ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: 0.06em; }}
.mfa-private ul {{ list-style: none; columns: 2; }}
.mfa-key {{ font: 500 1.05rem/1.6 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }}
.mfa svg[role="img"] {{ width: 15rem; height: 15rem; max-width: 100%; border-radius: 6px; }}
.mfa-phone-face {{ text-align: center; }}
.mfa-phone-face [hidden] {{ display: none; }}
.mfa-skew {{ color: var(--mfa-refused-text); }}
.mfa-ring {{ width: 6.5rem; height: 6.5rem; }}
.mfa-ring circle {{ fill: none; stroke: var(--mfa-line); stroke-width: 5; }}
.mfa-ring .mfa-rest {{ stroke: var(--mfa-phone); stroke-linecap: round; stroke-dasharray: 163.36;
  transform: rotate(-90deg); transform-origin: center; }}
.mfa-ring text {{ fill: var(--mfa-ink); font-size: 19px; font-weight: 700; }}
.mfa-next {{ color: var(--mfa-quiet-text); font-family: ui-monospace, "DejaVu Sans Mono", monospace; }}
.mfa-button {{ font: inherit; padding: 0.35rem 1.1rem; margin: 0.3rem; border-radius: 7px; cursor: pointer;
  background: transparent; color: var(--mfa-phone-text); border: 1.5px solid var(--mfa-phone); }}
.mfa-panel {{ border: 1.5px solid var(--mfa-line); border-radius: 12px; padding: 1rem 1.4rem !important; }}
.mfa-panel.mfa-phone {{ border: 2.5px solid var(--mfa-phone); border-radius: 28px; }}
.mfa button.jupyter-button {{ height: auto; width: auto; align-self: flex-start;
  margin: 0.5rem 0.5rem 0.5rem 0; padding: 0.35rem 1.1rem; border-radius: 7px; font-size: 1rem;
  line-height: 1.6; background: transparent; color: var(--mfa-server-text); border: 1.5px solid var(--mfa-server); }}
.mfa button.jupyter-button.mod-primary {{ background: var(--mfa-server); color: var(--mfa-on-fill); }}
.mfa .mfa-phone button.jupyter-button {{ color: var(--mfa-phone-text); border-color: var(--mfa-phone); }}
.mfa button.jupyter-button:focus-visible, .mfa input:focus-visible, .mfa summary:focus-visible,
.mfa-button:focus-visible, .mfa select:focus-visible {{
  outline: 3px solid var(--mfa-here); outline-offset: 2px; }}
.mfa .widget-label {{ color: var(--mfa-quiet-text); font-size: 0.95rem; height: auto; }}
.mfa .widget-text {{ flex-direction: column; align-items: flex-start; width: auto; max-width: 30rem; height: auto; }}
.mfa .widget-text > .widget-label {{ width: auto; text-align: left; }}
.mfa .widget-text input {{ font-size: 1.05rem; height: 2.5rem; width: 100%; border-radius: 7px; padding: 0 0.8rem;
  color: var(--mfa-ink); background: var(--mfa-ground); border: 1px solid var(--mfa-quiet-text); }}
.mfa .mfa-digits input {{ font: 700 1.7rem/1 ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: 0.06em;
  height: 3.2rem; }}
"""

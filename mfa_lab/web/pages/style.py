"""Write the pages' stylesheet: the kit's colours, for a browser's light and dark themes."""

from __future__ import annotations

from functools import cache

from mfa_lab.style import QUIET, TONES
from mfa_lab.web.answers import templates


@cache
def css() -> str:
    """Return the whole stylesheet. Its size is a few kilobytes."""
    return (
        templates()
        .get_template("style.css")
        .render(light=_tones(dark=False), dark=_tones(dark=True), line=QUIET.fill)
    )


def _tones(*, dark: bool) -> str:
    return " ".join(
        f"--{name}: {tone.dark if dark else tone.fill}; --{name}-text: {tone.dark if dark else tone.text};"
        for name, tone in TONES.items()
    )

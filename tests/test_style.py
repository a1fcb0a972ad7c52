"""Colours that everyone can read, and codes grouped for the eye."""

from __future__ import annotations

import pytest

from mfa_lab.style import CSS, TONES, grouped

LIGHT, DARK = "#FFFFFF", "#111418"


def luminance(colour: str) -> float:
    """WCAG 2.2: relative luminance of an sRGB colour."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_ruler_itself():
    """Black on white is 21:1, and light grey on white is seen to fail."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#D0D7DE", "#FFFFFF") < 4.5


@pytest.mark.parametrize("actor", TONES)
def test_every_text_tone_can_be_read(actor):
    """Text keeps 4.5:1 on the light ground and on the dark one (WCAG 2.2, 1.4.3)."""
    assert contrast(TONES[actor].text, LIGHT) >= 4.5
    assert contrast(TONES[actor].dark, DARK) >= 4.5


@pytest.mark.parametrize("actor", TONES)
def test_the_style_holds_both_themes(actor):
    """Each actor has one variable for light and one for dark, in the one style sheet."""
    light, dark = CSS.split('[data-jp-theme-light="false"]', 1)
    assert f"--mfa-{actor}-text: {TONES[actor].text};" in light
    assert f"--mfa-{actor}-text: {TONES[actor].dark};" in dark


@pytest.mark.parametrize(("code", "shown"), [("123456", "123 456"), ("1234567", "1234 567")])
def test_codes_are_grouped(code, shown):
    """Half and half, the longer half first."""
    assert grouped(code) == shown

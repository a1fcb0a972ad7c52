"""The stopwatch of attack 11 and its figure: live for anyone who looks, and the same static face each time."""

from __future__ import annotations

from html import escape

import pytest

from mfa_lab.attacks.helpers.timing import by_the_count
from mfa_lab.attacks.helpers.world import our_server
from mfa_lab.attacks.user_enumeration import EnumerableServer
from mfa_lab.lab.figures.attacks.user_enumeration import draw, growth, names_by_time, verdict
from mfa_lab.lab.widgets.stopwatch import Stopwatch
from tests.lab.figures.figure_rules import keeps_all

WEAK = names_by_time(by_the_count(EnumerableServer), "The weak server")
OURS = names_by_time(by_the_count(our_server), "MfaServer")


def test_the_figure_says_what_t_says() -> None:
    """The verdict stands in the words and in the drawing, and differs between the two servers."""
    for picture, said in (
        (WEAK, "Above 4.5: the times differ"),
        (OURS, "Not above 4.5: no difference can be measured"),
    ):
        assert verdict(picture.data) == said
        assert said in picture.words
        assert escape(said) in picture.svg


def test_t_grows_from_three_attempts_to_all() -> None:
    """The line's last point is the t of all attempts."""
    grown = growth(WEAK.data)
    assert len(grown) == len(WEAK.data.known_ms) - 2
    assert grown[-1] == abs(WEAK.data.t)


def test_the_stopwatch_measures_when_it_is_pressed() -> None:
    """Before, nothing is drawn; after, the drawing and the words of the status are those of what was measured."""
    watch = Stopwatch(pairs=4)
    assert watch.drawing.value == ""
    for name, made in watch.buttons.items():
        made.click()
        timing = watch.times[name]
        assert verdict(timing) in watch.status.value
        assert f"{timing.t:.1f}".replace("-", "−") in watch.drawing.value


def test_its_face_is_the_same_each_time() -> None:
    """What is committed holds no time, before and after a measurement."""
    used = Stopwatch(pairs=3)
    used.measure("the weak server")
    for face in ("face_text", "face_html"):
        assert getattr(used, face)() == getattr(Stopwatch(), face)()


@pytest.mark.parametrize("picture", [WEAK, OURS], ids=["weak", "ours"])
def test_the_picture_keeps_the_rules_of_figures(picture):
    """Named, by itself on the page, nothing over anything else, readable in both themes and from afar."""
    keeps_all(picture, draw(picture.data, "A server"))

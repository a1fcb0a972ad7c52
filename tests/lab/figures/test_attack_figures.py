"""The figures of the ladder: right, told in words, and held to what figure_rules.py asks of every figure."""

from __future__ import annotations

import pytest

from mfa_lab.attacks.check_then_set import CheckThenSet
from mfa_lab.attacks.check_then_set import Fixed as OneStatement
from mfa_lab.attacks.drift_without_cap import Fixed as Capped
from mfa_lab.attacks.drift_without_cap import FollowingServer
from mfa_lab.attacks.helpers.world import our_server
from mfa_lab.attacks.replay_after_forgetting import Fixed as LongMemory
from mfa_lab.attacks.replay_after_forgetting import ShortMemory
from mfa_lab.attacks.replay_in_window import ForgetfulServer
from mfa_lab.lab.demos.attack_tables import spelling_table
from mfa_lab.lab.figures.attacks import race, replay, window_walk
from mfa_lab.style import ATTACKER, GRANTED_SIGN
from tests.lab.figures import figure_rules as rules

SERVERS = {"ForgetfulServer": ForgetfulServer, "MfaServer": our_server}
PICTURES = rules.Once(
    {
        "replay": lambda: (replay, replay.replay_line(SERVERS)),
        "forgotten": lambda: (replay, replay.replay_line({"ShortMemory": ShortMemory, "Fixed": LongMemory})),
        "race": lambda: (race, race.race_lanes(CheckThenSet)),
        "no race": lambda: (race, race.race_lanes(OneStatement)),
        "walk": lambda: (window_walk, window_walk.walk_strip(FollowingServer)),
        "no walk": lambda: (window_walk, window_walk.walk_strip(Capped)),
    }
)
each = pytest.mark.parametrize("drawn", PICTURES, indirect=True)


@pytest.fixture
def drawn(request):
    """A figure's module, and the figure."""
    return PICTURES[request.param]


@each
@pytest.mark.parametrize("asked", rules.OF_A_PICTURE)
def test_as_every_figure(drawn, asked):
    """Named, by itself on the page, readable in both themes and from afar."""
    asked(drawn[1])


@each
def test_no_words_lie_on_others(drawn):
    """Every text lies inside the drawing, and no two overlap."""
    module, picture = drawn
    rules.no_words_lie_on_others_or_beyond_the_edge(module.draw(picture.data))


def test_a_used_code_is_taken_again_to_the_end_of_the_window():
    """Sixty seconds after the phone began to show it the code leaves a window of one step."""
    data = replay.replayed(SERVERS)
    assert data.granted("ForgetfulServer") == [second for second, _ in data.tries["MfaServer"] if second < 60]
    assert data.granted("MfaServer") == []


def test_what_a_short_memory_forgot_is_taken_again():
    """From 30 seconds after its use to the end of the window: the row that looks so different from attack 7's."""
    data = replay.replayed({"ShortMemory": ShortMemory})
    assert data.granted("ShortMemory") == [40, 45, 50, 55]
    assert data.used_at + 30 == 40


def test_the_walk_is_the_servers_own():
    """Without a cap the window stands where the last code was, and has lost the owner; with one it stays by him."""
    assert [row.centre for row in window_walk.walked(FollowingServer)] == [0, 1, 2, 3, 4, 5]
    assert [(row.taken, row.centre) for row in window_walk.walked(Capped)] == [(False, 0), (True, 1), (True, 1)] + [
        (False, 1)
    ] * 3


def test_who_gets_in_with_a_used_code_is_no_success_of_the_server():
    """The word and the tick have the attacker's colour, not the blue of an accepted login."""
    lanes = [text for text in race.draw(race.raced(CheckThenSet)).texts if "gets in" in text.get_text()]
    ticks = [text for text in replay.draw(replay.replayed(SERVERS)).texts if text.get_text() == GRANTED_SIGN]
    assert (len(lanes), len(ticks)) == (2, len(replay.replayed(SERVERS).granted("ForgetfulServer")))
    assert {text.get_color() for text in [*lanes, *ticks]} == {ATTACKER.text}


def test_the_table_of_spellings_says_who_took_what():
    """Each spelling has a row, with what it looks like and what became of it at each server."""
    table = spelling_table(SERVERS)
    assert table.headers[2:] == ("ForgetfulServer", "MfaServer")
    assert {row[-1] for row in table.rows} == {"✕ stays out"}
    assert ("a space in the middle", "“123 456”", "✓ gets in", "✕ stays out") in table.rows


def test_the_race_took_place():
    """Both requests read before either wrote, and both got in; with one statement the second finds no row."""
    one, other = race.raced(CheckThenSet)
    assert [[statement.place for statement in lane.statements] for lane in (one, other)] == [[1, 3], [2, 4]]
    assert one.granted
    assert other.granted
    assert [lane.granted for lane in race.raced(OneStatement)] == [True, False]


@pytest.mark.parametrize("server", [CheckThenSet, OneStatement])
def test_the_race_looks_the_same_each_time(server):
    """Who wins differs from run to run; the picture must not."""
    assert len({race.race_lanes(server).svg for _ in range(5)}) == 1

"""What the figures show is right, told in words, the same bytes each time, and readable in light and in dark."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from mfa_lab.errors import CodeRefused
from mfa_lab.lab.demos.rfc_vectors import HOTP, base32
from mfa_lab.lab.figures.guessing import guess_cost as guesses
from mfa_lab.lab.figures.one_login.login_flow import LOGIN, login_flow
from mfa_lab.lab.figures.one_login.login_flow import draw as draw_login
from mfa_lab.lab.figures.one_login.truncation import draw as draw_truncation
from mfa_lab.lab.figures.one_login.truncation import truncation, truncation_figure
from mfa_lab.lab.figures.time.window import draw as draw_strip
from mfa_lab.lab.figures.time.window import strip, window_strip
from mfa_lab.otp import Verdict, code_at, explain, match, step_at
from tests.lab.figures.figure_rules import OF_A_PICTURE, Once, no_words_lie_on_others_or_beyond_the_edge, texts
from tests.test_style import DARK, LIGHT, contrast

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
NOW = 1_800_000_010
RFC = base32(HOTP["key_ascii"])

TRUNCATIONS = {
    "offset 1": explain(SECRET, NOW),
    "offset 11": explain(RFC, 30),
    "offset 0": explain(RFC, 0),
    "offset 14": explain(RFC, 90),
    "32 bytes": explain(SECRET, NOW, algorithm="SHA256", digits=8),
    "64 bytes": explain(SECRET, NOW, algorithm="SHA512", digits=7),
}
STRIPS = {
    "now": strip(SECRET, NOW),
    "no window": strip(SECRET, NOW, window_steps=0),
    "wide": strip(SECRET, NOW, window_steps=3),
    "too late": strip(SECRET, NOW, phone_now=NOW - 48, code=code_at(SECRET, NOW - 48)),
    "far ahead": strip(SECRET, NOW, phone_now=NOW + 120, code=code_at(SECRET, NOW + 120)),
    "reused": strip(SECRET, NOW, last_step=step_at(NOW), code=code_at(SECRET, NOW)),
    "guessed": strip(SECRET, NOW, code="000000"),
    "1970": strip(SECRET, 10),
    **{f"phone {drift:+}": strip(SECRET, NOW, phone_now=NOW + drift) for drift in (-35, -4, 0, 1, 29, 41)},
}
DRAWN = Once(
    {
        **{
            f"truncation, {name}": lambda each=each: draw_truncation(truncation(each))
            for name, each in TRUNCATIONS.items()
        },
        **{f"strip, {name}": lambda it=each: draw_strip(it) for name, each in STRIPS.items()},
        "login": lambda: draw_login(LOGIN),
    }
)
PICTURES = Once(
    {
        "truncation": lambda: truncation_figure(explain(SECRET, NOW)),
        "strip": lambda: window_strip(
            SECRET, NOW, phone_now=NOW - 48, last_step=step_at(NOW) - 1, code=code_at(SECRET, NOW - 48)
        ),
        "accepted": lambda: window_strip(SECRET, NOW, code=code_at(SECRET, NOW)),
        "login": lambda: login_flow(),
        "guesses": lambda: guesses.guess_cost(),
    }
)
each_drawing = pytest.mark.parametrize("axes", DRAWN, indirect=True)
each_picture = pytest.mark.parametrize("picture", PICTURES, indirect=True)


@pytest.fixture
def axes(request):
    return DRAWN[request.param]


@pytest.fixture
def picture(request):
    return PICTURES[request.param]


# What they show


@pytest.mark.parametrize("row", HOTP["vectors"], ids=lambda row: f"counter {row['counter']}")
def test_the_truncation_is_the_standards(row):
    """RFC4226-D: for each counter the bytes, the number and the code of the figure are those of the appendix."""
    data = truncation(explain(RFC, row["counter"] * 30))
    assert data.digest.hex() == row["hmac_hex"]
    assert (data.number, data.code) == (row["truncated"], row["code"])
    assert data.chosen == data.digest[data.offset : data.offset + 4]
    assert int(data.bits[1:], 2) == data.number


def test_of_a_long_digest_the_figure_shows_what_matters():
    """The first 19 bytes, among which are the chosen ones whatever the offset, and the last."""
    assert truncation(TRUNCATIONS["64 bytes"]).shown == [*range(19), 63]
    assert truncation(TRUNCATIONS["offset 1"]).shown == list(range(20))


def test_the_truncation_draws_every_byte_and_the_code():
    """Twenty boxes of two letters, the 32 bits, the number in two parts, the code in groups."""
    data = truncation(TRUNCATIONS["offset 11"])
    drawn = texts(draw_truncation(data))
    assert "".join(drawn[:60:3] + drawn[1:60:3]) == "".join(f"{b:02x}"[half] for half in (0, 1) for b in data.digest)
    assert "".join(word for word in drawn if word in {"0", "1"}).count("1") >= data.bits.count("1")
    assert {"1094", "287082", "287 082", "c1", "39", "7e", "ea"} <= set(drawn)


moments = st.integers(0, 4_000_000_000)


@given(now=moments, window_steps=st.integers(0, 3), behind=st.integers(-3, 5) | st.none())
def test_the_strip_opens_exactly_what_the_verifier_takes(now, window_steps, behind):
    """RFC6238-5.2: a code of a drawn step is among the accepted ones if and only if `otp.match` takes it."""
    last_step = None if behind is None else max(0, step_at(now) - behind)
    data = strip(SECRET, now, window_steps=window_steps, last_step=last_step)
    for cell in data.cells:
        try:
            match(SECRET, cell.code, now, window_steps=window_steps, last_step=last_step)
            taken = True
        except CodeRefused:
            taken = False
        assert taken == (cell.code in data.accepted)


@given(now=moments)
def test_the_cells_are_the_steps_around_now(now):
    """Steps without a gap, each with its code and its beginning; now lies in step 0."""
    data = strip(SECRET, now)
    assert [cell.offset for cell in data.cells] == list(range(data.cells[0].offset, 4))
    assert all(cell.code == code_at(SECRET, cell.begins_at) for cell in data.cells)
    (own,) = [cell for cell in data.cells if cell.offset == 0]
    assert own.begins_at <= now < own.begins_at + 30


VERDICTS = [
    ("too late", Verdict.OUTSIDE, "typed: ✕ rejected: 11 s too late"),
    ("far ahead", Verdict.OUTSIDE, "typed: ✕ rejected: 80 s too early"),
    ("reused", Verdict.REUSED, "typed: ✕ rejected: this one, or a later one, was used"),
    ("guessed", Verdict.NO_MATCH, "typed: ✕ rejected: no step near"),
]


@pytest.mark.parametrize(("name", "verdict", "words"), VERDICTS)
def test_what_became_of_the_code_is_drawn_in_words(name, verdict, words):
    """A verdict has a sign and words, and they are `otp.diagnose`'s."""
    assert STRIPS[name].typed is not None
    assert STRIPS[name].typed.verdict == verdict
    assert words in texts(DRAWN[f"strip, {name}"])


def test_an_accepted_code_has_a_tick():
    """Granted and refused differ by word and sign."""
    assert "✓ accepted" in PICTURES["accepted"].words
    assert "typed: ✓ accepted" in PICTURES["accepted"].svg


def test_the_attacker_sees_all_that_travels_and_no_secret():
    """Each message is told in the words, and nothing that is computed in one place travels."""
    told = login_flow().words.split("can see: ")[1]
    assert all((event.words in told) == bool(event.to) for event in LOGIN)
    assert "never the shared secret" in told


# How they are drawn


@each_drawing
def test_no_words_lie_on_others(axes):
    """Every text lies inside the drawing, and no two overlap."""
    no_words_lie_on_others_or_beyond_the_edge(axes)


@pytest.mark.parametrize(
    ("draw", "data"),
    [(draw_truncation, truncation(TRUNCATIONS["offset 1"])), (draw_strip, STRIPS["now"]), (draw_login, LOGIN)],
)
def test_given_axes_are_drawn_on(draw, data):
    """`ax` goes in and comes out; without one a new figure is made."""
    ax = Figure().add_subplot()
    assert draw(data, ax) is ax
    assert ax.texts
    assert draw(data).get_figure() is not draw(data).get_figure()


def test_importing_figures_leaves_pyplot_alone():
    """No window system, no global state."""
    program = "import sys, mfa_lab.lab.figures.time.window\nprint('matplotlib.pyplot' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )


# How a page shows them


@each_picture
@pytest.mark.parametrize("rule", OF_A_PICTURE)
def test_the_rules_of_figures_hold(picture, rule):
    """Told in words, by itself on the page, readable in both themes and from afar."""
    rule(picture)


@pytest.mark.full
def test_the_same_bytes_each_time():
    """Drawn again, in another process with another hash seed, no byte differs; no date is in it."""
    program = f"from mfa_lab.lab import *\nprint(window_strip({SECRET!r}, {NOW}).svg + login_flow().svg)"
    run = [
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    ]
    assert run[0].stdout == run[1].stdout == window_strip(SECRET, NOW).svg + login_flow().svg + "\n"
    assert "metadata" not in run[0].stdout


def mixed(colour: str, ground: str, share: float) -> str:
    """What a half-transparent colour looks like on a ground."""
    parts = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * over + (1 - share) * under):02x}" for over, under in parts)


@pytest.mark.parametrize("tone", ["SERVER", "HERE"])
def test_ink_on_a_tint_can_be_read(tone):
    """What is written in a filled box keeps 4.5:1 as well."""
    from mfa_lab import style
    from mfa_lab.lab.figures.picture import INK, INK_ON_DARK, TINT

    fills = getattr(style, tone)
    assert contrast(INK, mixed(fills.fill, LIGHT, TINT)) >= 4.5
    assert contrast(INK_ON_DARK, mixed(fills.dark, DARK, TINT)) >= 4.5

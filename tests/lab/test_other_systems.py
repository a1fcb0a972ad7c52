"""What other systems do by default: each with its source, each a set of rules; a bad file is told with its place."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from mfa_lab.attacks.simulation.guess_budget import guess_budget
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.other_systems import other_systems, other_systems_table, parse_other_systems

each_system = pytest.mark.parametrize("key", other_systems())

GOOD = """[one]
name = "One"
version = "1"
kind = "as installed"
accepted_codes = 3
says = "three codes"
source = "its manual"
link = "https://example.org/"
"""


@each_system
def test_each_names_its_source(key: str):
    """A sentence, a source, an https address; what is said holds the number of codes in words or in figures."""
    system = other_systems()[key]
    assert (urlsplit(system.link).scheme, bool(urlsplit(system.link).netloc)) == ("https", True)
    assert len(system.says.split()) > 8
    assert system.rules.digits == 6
    assert len({(each.name, each.kind) for each in other_systems().values()}) == len(other_systems())


@pytest.mark.parametrize(
    ("key", "a_day", "accepted"),
    [
        ("pyotp", 864_000, 1),
        ("passlib", 864_000, 3),
        ("keycloak", 864_000, 3),
        ("google_pam", 8640, 3),
        ("authelia", 7200, 3),
        ("allauth", 1440, 1),
        ("keycloak_protected", 308, 3),
        ("pypi", 50, 3),
        ("privacyidea", 10, 13),
        ("django_otp", 17, 3),
    ],
)
def test_attempts_on_the_first_day_counted_by_hand(key: str, a_day: int, accepted: int):
    """3 in 30 s; 50 in 10 minutes; 5 in 5 minutes; a minute more for every 30 failures; waits of 1, 2, 4 s and so on:
    the seventeenth comes after 65,535 s, the eighteenth only on the next day.
    """
    rules = other_systems()[key].rules
    assert guess_budget(rules).attempts_per_day == a_day
    assert rules.accepted_codes == accepted


def test_keycloaks_table_of_waits():
    """As its guide has it: no wait before the 30th failure, from then on a minute for every 30, 15 at most."""
    waits = other_systems()["keycloak_protected"].rules.waits_seconds
    assert waits[:29] == (0,) * 29
    assert [waits[n - 1] for n in (30, 31, 59, 60, 89, 90, 449, 450)] == [60, 60, 60, 120, 120, 180, 840, 900]
    assert len(waits) == 450


def test_the_table_shows_all_of_them():
    """With a link each."""
    table = other_systems_table("Defaults")
    assert len(table.rows) == len(other_systems())
    assert repr(table).count("as installed") == 5
    assert all(system.link in table._repr_html_() for system in other_systems().values())


def test_a_good_text_is_read():
    """Without throttle, with limits, with waits that double to an end."""
    (one,) = parse_other_systems(GOOD).values()
    assert (one.name, one.counts, one.rules.limits, one.rules.waits_seconds) == ("One", "account", (), ())
    (one,) = parse_other_systems(GOOD + "limits = [[5, 300]]\ncounts = 'address'").values()
    assert (one.counts, one.rules.limits) == ("address", ((5, 300),))
    (one,) = parse_other_systems(GOOD + "waits = { first_seconds = 3, longest_seconds = 20 }").values()
    assert one.rules.waits_seconds == (3, 6, 12, 20)


BAD = [
    ("name = 'x'", 1, "name: is not in a system"),
    (GOOD + "colour = 'red'\n", 9, "colour in [one]: there is no such key"),
    (GOOD + "limit = [[5, 300]]\n", 9, "limit in [one]: there is no such key; did you mean limits?"),
    (GOOD.replace('"One"', "1"), 2, "name in [one]: must be text in quotes"),
    (GOOD.replace('"One"', '" "'), 2, "name in [one]: must be text in quotes"),
    (GOOD + "limits = 'few'\n", 9, "limits in [one]: must be pairs"),
    (GOOD.replace('version = "1"\n', ""), 1, "one: has no version"),
    (GOOD + "counts = 'nobody'\n", 9, 'counts in [one]: must be "account" or "address"'),
    (GOOD + "limits = [5, 300]\n", 9, "limits in [one]: must be pairs such as [[5, 300]]"),
    (GOOD + "limits = [[5, 300, 1]]\n", 1, "one: rules must be whole numbers"),
    (GOOD + "limits = [[5, 300]]\nwaits = { first_seconds = 1 }\n", 1, "one: give waits_seconds or limits, not both"),
    (GOOD.replace("= 3", "= 0"), 1, "one: rules must be whole numbers"),
    (GOOD + "waits = 30\n", 9, "waits in [one]: must be a table such as { first_seconds = 1 }"),
    (GOOD + "waits = { every_failures = 1 }\n", 9, "waits in [one]: must be a table such as { first_seconds = 1 }"),
    (GOOD + "waits = { first_seconds = 0 }\n", 9, "first_seconds in [one.waits]: must be a whole number"),
    (GOOD + "waits = { first_seconds = 1, most = 2 }\n", 9, "most in [one.waits]: there is no such key"),
    (GOOD + "waits = { first_seconds = 1, every_failures = 1 }\n", 9, "waits in [one]: takes too long to reach"),
]


@pytest.mark.parametrize(("text", "line", "said"), BAD, ids=[said for _, _, said in BAD])
def test_a_bad_text_is_told_with_its_place(text: str, line: int, said: str):
    """Line, key and remedy."""
    with pytest.raises(InvalidInput) as caught:
        parse_other_systems(text)
    assert said in str(caught.value)
    assert f"line {line}, " in str(caught.value)

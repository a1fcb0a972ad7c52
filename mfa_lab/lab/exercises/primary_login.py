"""Exercises and predictions of 01_primary_login. Names, passwords and hashes are made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mfa_lab.lab.demos.passwords import sha256_hex
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, as_given

NOTEBOOK = "01_primary_login"


_WORDS = ["password1", "sunshine", "iloveyou", "football"]
_STOLEN = {
    "anna": sha256_hex("sunshine"),
    "ben": sha256_hex("a sentence that nobody wrote before"),
    "cleo": sha256_hex("sunshine"),
    "dan": sha256_hex("password1"),
}


class _Word(str):
    """A word that counts how often it was made into the bytes that a hash takes."""

    __slots__ = ("times",)

    def __init__(self, _word: str) -> None:
        self.times = 0

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        self.times += 1
        return super().encode(encoding, errors)


def _look_up(answer: Callable[..., object], stolen: Any, words: list[str], repeated: bool = False) -> object:
    """What the answer says; or, where `repeated` is asked for, which words it hashed more than once."""
    counted = [_Word(word) for word in words]
    came = answer(stolen, counted)
    return [str(word) for word in counted if word.times > 1] if repeated else came


LOOK_UP = Exercise(
    id="unsalted-table",
    title="A stolen table without salt",
    question=(
        "Write `look_up(stolen, words)`. `stolen` gives for each name the SHA-256 of a password, as `sha256_hex` "
        "makes it; `words` is a list of common passwords. Return a dictionary that gives, for each name whose "
        "password is among the words, that password. Hash each word once: without a salt that serves everybody."
    ),
    ask=_look_up,
    given="from mfa_lab.lab.demos.passwords import sha256_hex",
    solution="""
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return {name: known[value] for name, value in stolen.items() if value in known}
""".strip(),
    hints=(
        "Nobody can turn a hash back. But you know some passwords whose hash you can compute.",
        "Make a dictionary first: under the hash of each word, that word. One pass through `words` fills it.",
        (
            "Then go through `stolen.items()`, which gives name and hash in pairs, and keep those whose "
            "hash is in your dictionary."
        ),
    ),
    cases=(
        Case(
            "For four people, two of whom chose the same common word",
            (_STOLEN, _WORDS),
            {"anna": "sunshine", "cleo": "sunshine", "dan": "password1"},
            "Hash each word once, note which word gave which hash, then look each stolen hash up in your notes.",
        ),
        Case(
            "For a table in which nobody chose a common word",
            ({"eve": sha256_hex("nobody would guess this one")}, _WORDS),
            {},
            "Whoever is not found does not belong into the answer.",
        ),
        Case(
            "Which words were hashed again, for the next of four people",
            (_STOLEN, _WORDS, True),
            [],
            "Make all the hashes before you look at the first name, and keep them.",
        ),
    ),
    wrong=(
        Wrong(
            """
def look_up(stolen, words):
    return {name: value for name, value in stolen.items() if value in words}
""".strip(),
            "A hash never equals a word. It is the words' hashes that can be equal to it: hash the words first.",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return {name: known.get(value) for name, value in stolen.items()}
""".strip(),
            "You found everybody who can be found, and named the others too: leave out those whose "
            "hash you do not know.",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return {known[value]: name for name, value in stolen.items() if value in known}
""".strip(),
            "That is the wrong way round: two people who chose the same word need two entries, so the "
            "name is the key.",
        ),
        Wrong(
            """
def look_up(stolen, words):
    hashes = [sha256_hex(word) for word in words]
    return {name: value for name, value in stolen.items() if value in hashes}
""".strip(),
            "The right people, but what you give for each is still the hash: note which word made it.",
        ),
        Wrong(
            """
def look_up(stolen, words):
    found = {}
    known = {sha256_hex(word): word for word in words}
    for name, value in stolen.items():
        for known_hash, word in known.items():
            if known_hash == value:
                found[name] = word
            else:
                found[name] = None
    return found
""".strip(),
            "The next word's `else` overwrites with None what an earlier one had found: who is not found needs no "
            "entry, and so no `else`.",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return [known[value] for value in stolen.values() if value in known]
""".strip(),
            "The right words, in a list: whose are they? A dictionary gives under each name its word.",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = [sha256_hex(word) for word in words]
    return [name for name, value in stolen.items() if value in known]
""".strip(),
            "The right people, in a list. A dictionary is wanted, which gives under each name its word, too.",
        ),
        Wrong(
            """
def look_up(stolen, words):
    return {name: word for name, value in stolen.items() for word in words if sha256_hex(word) == value}
""".strip(),
            "The right words, and the whole list is hashed anew for each name. So it must be where everybody has a "
            "salt; here nobody has one, and the hashes of the first round serve for all.",
        ),
    ),
)

WHOLE_LIST = Exercise(
    id="cost-of-salts",
    title="What the salts cost the thief",
    question=(
        "A thief has 1,000 accounts, each hashed with a salt of its own, a list of 5,000 common passwords, and a "
        "machine that computes 1,000 Argon2id hashes a second. How many seconds does it take to try the whole list "
        "on every account? Give one number."
    ),
    solution="seconds = 1_000 * 5_000 / 1_000",
    ask=as_given,
    hints=(
        "Count the hashes first, the seconds afterwards.",
        (
            "With a salt of its own each account asks for the whole list anew: so many accounts times so many words. "
            "The machine computes some of them every second."
        ),
    ),
    cases=(
        Case(
            "Your number",
            (),
            1_000 * 5_000 / 1_000,
            "How many hashes does one account need? And all of them? How many go into a second?",
            "the seconds for all accounts together",
        ),
    ),
    wrong=(
        Wrong(
            "seconds = 5",
            "In that time the list is hashed once. It would do for everybody if they shared a salt, or had none: "
            "here each account needs it anew.",
        ),
        Wrong(
            "seconds = 5_000_000",
            "That many hashes it takes, and that is the hard part. How many of them does the machine do in a second?",
        ),
        Wrong(
            "seconds = 5_000_000_000",
            "You multiplied by the thousand hashes a second. The more of them go into a second, the fewer seconds it "
            "takes.",
        ),
        Wrong("seconds = 1", "In that time each account was tried with one word. The list is longer."),
    ),
)

EXERCISES = (LOOK_UP, WHOLE_LIST)

PREDICTIONS = (
    Prediction(
        id="slow-hash",
        question="How much longer than one SHA-256 does one Argon2id take, at this server's setting?",
        options=(
            Option("a", "about twice as long", lambda times: times < 10),
            Option("b", "some hundred times as long", lambda times: 10 <= times < 1000),
            Option("c", "more than a thousand times as long", lambda times: times >= 1000),
        ),
    ),
    Prediction(
        id="password-rules",
        question="Which one of these four passwords does the server refuse?",
        options=(
            Option("a", "eight small pictures (emoji) and nothing else", lambda refused: refused == ["pictures"]),
            Option(
                "b",
                "Football1, with a capital letter and a digit",
                lambda refused: refused == ["football"],
            ),
            Option("c", "a sentence of 64 characters with spaces", lambda refused: refused == ["sentence"]),
            Option("d", "gribnutflame, small letters alone", lambda refused: refused == ["letters"]),
        ),
    ),
)

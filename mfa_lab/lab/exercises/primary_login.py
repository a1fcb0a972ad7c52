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
    """Count how often a word was encoded into the bytes that a hash takes."""

    __slots__ = ("times",)

    def __init__(self, _word: str) -> None:
        self.times = 0

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        self.times += 1
        return super().encode(encoding, errors)


def _look_up(answer: Callable[..., object], stolen: Any, words: list[str], repeated: bool = False) -> object:
    """Return what the answer returns; with `repeated`, the words that it hashed more than once."""
    counted = [_Word(word) for word in words]
    came = answer(stolen, counted)
    return [str(word) for word in counted if word.times > 1] if repeated else came


LOOK_UP = Exercise(
    id="unsalted-table",
    title="A stolen table without salt",
    question=(
        "Write `look_up(stolen, words)`. `stolen` gives for each name the SHA-256 of a password, as `sha256_hex` "
        "computes it. `words` is a list of common passwords. Return a dictionary that gives, for each name whose "
        "password is among the words, that password. Hash each word only once: without a salt, that is enough for "
        "all accounts."
    ),
    ask=_look_up,
    given="from mfa_lab.lab.demos.passwords import sha256_hex",
    solution="""
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return {name: known[value] for name, value in stolen.items() if value in known}
""".strip(),
    hints=(
        "Nobody can turn a hash back into a password. But you can compute the hashes of passwords that you know.",
        "First make a dictionary that gives for the hash of each word that word. One pass through `words` fills it.",
        (
            "Then go through `stolen.items()`, which gives pairs of name and hash. Keep the names whose hash is in "
            "your dictionary."
        ),
    ),
    cases=(
        Case(
            "For four people, two of whom chose the same common word",
            (_STOLEN, _WORDS),
            {"anna": "sunshine", "cleo": "sunshine", "dan": "password1"},
            "Hash each word once, and note which word gave which hash. Then look each stolen hash up in your notes.",
        ),
        Case(
            "For a table in which nobody chose a common word",
            ({"eve": sha256_hex("nobody would guess this one")}, _WORDS),
            {},
            "A name whose password you did not find does not belong in the answer.",
        ),
        Case(
            "The words that were hashed more than once, for four people",
            (_STOLEN, _WORDS, True),
            [],
            "Compute all hashes before you look at the first name, and keep them.",
        ),
    ),
    wrong=(
        Wrong(
            """
def look_up(stolen, words):
    return {name: value for name, value in stolen.items() if value in words}
""".strip(),
            "Your code compares a hash with words, and a hash never equals a word. So it finds nobody. What would "
            "you have to do with each word first?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return {name: known.get(value) for name, value in stolen.items()}
""".strip(),
            "Your code finds the correct words, and also lists the people whose hash it does not know. Their entries "
            "say nothing. Which condition would leave them out?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return {known[value]: name for name, value in stolen.items() if value in known}
""".strip(),
            "Your code uses the word as the key. So two people who chose the same word share one entry, and one of "
            "them is lost. What differs from person to person?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    hashes = [sha256_hex(word) for word in words]
    return {name: value for name, value in stolen.items() if value in hashes}
""".strip(),
            "Your code finds the correct people, and returns the hash for each. A thief cannot type a hash into a "
            "login form. How could you note which word each hash came from?",
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
            "Your code finds a word, and the `else` of the next word overwrites it with None. So only the last word "
            "can be found. Does a person who is not found need an entry at all?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return [known[value] for value in stolen.values() if value in known]
""".strip(),
            "Your code returns the correct words in a list. Nobody can say which person each word belongs to. What "
            "kind of value keeps the name beside its word?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = [sha256_hex(word) for word in words]
    return [name for name, value in stolen.items() if value in known]
""".strip(),
            "Your code returns the correct people in a list, without their passwords. The thief still cannot log in. "
            "What kind of value keeps a password under each name?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    return {name: word for name, value in stolen.items() for word in words if sha256_hex(word) == value}
""".strip(),
            "Your code finds the correct words, and hashes the whole list again for each name. That is the work that "
            "salts force on a thief, and here nobody has a salt. What could you keep from the first round?",
        ),
    ),
)

WHOLE_LIST = Exercise(
    id="cost-of-salts",
    title="What the salts cost the thief",
    question=(
        "A thief has 1,000 accounts, each hashed with its own salt, and a list of 5,000 common passwords. The "
        "thief's machine computes 1,000 Argon2id hashes a second. How many seconds does it take to try the whole "
        "list on every account? Give one number."
    ),
    solution="seconds = 1_000 * 5_000 / 1_000",
    ask=as_given,
    hints=(
        "Count the hashes first, and the seconds afterwards.",
        (
            "Each account has its own salt, so the whole list has to be hashed for each of them: accounts times "
            "words. How many of these hashes does the machine compute in a second?"
        ),
    ),
    cases=(
        Case(
            "Your number",
            (),
            1_000 * 5_000 / 1_000,
            "How many hashes does one account need? And all accounts? How many does the machine compute in a second?",
            "the seconds for all accounts together",
        ),
    ),
    wrong=(
        Wrong(
            "seconds = 5",
            "Your number is the time to hash the list once. That would be enough if all accounts shared a salt, or "
            "had no salt. How often must the list be hashed if each account has its own?",
        ),
        Wrong(
            "seconds = 5_000_000",
            "Your number is the count of hashes, which is the hard part. The question asks for seconds. How many of "
            "these hashes does the machine compute in one?",
        ),
        Wrong(
            "seconds = 5_000_000_000",
            "You multiplied by the thousand hashes a second. Then a faster machine would need longer. What has to "
            "happen to the time if the machine is twice as fast?",
        ),
        Wrong(
            "seconds = 1",
            "In one second the machine tries one word on each account. The list is longer than that. How many words "
            "does it have?",
        ),
    ),
)

EXERCISES = (LOOK_UP, WHOLE_LIST)

PREDICTIONS = (
    Prediction(
        id="slow-hash",
        question="How much longer than one SHA-256 does one Argon2id take, at this server's setting?",
        options=(
            Option("a", "about ten times as long", lambda times: times < 50),
            Option("b", "hundreds of times as long", lambda times: 50 <= times < 1_000),
            Option("c", "tens of thousands of times as long", lambda times: 1_000 <= times < 1_000_000),
            Option("d", "more than a million times as long", lambda times: times >= 1_000_000),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** tens of thousands of times on most machines. The exact factor depends on yours, so "
                "it is not printed. To see it, add a cell with `slow * 1000` (milliseconds for one Argon2id) or "
                "`slow / fast`. On the machine where we wrote this, it was some twenty milliseconds and a factor of "
                "about sixty thousand."
            ),
            (
                "Twenty milliseconds are nothing for Alice, who logs in once a day. For a thief who needs a billion "
                "guesses, they are twenty million seconds, about seven and a half months."
            ),
            (
                "On the graphics cards the difference is larger still, and that is the second reason for Argon2id. "
                "It needs not only time but *memory*, 19 MiB for every guess (OWASP-PW). A graphics card has little "
                "memory for each of its thousands of workers."
            ),
            (
                "The two measurements are not quite comparable. The second card is newer and faster than the first, "
                "and its Argon2id was set about five times as costly as ours. Even if ours runs five times as fast, "
                "a factor of more than a million remains."
            ),
        ),
        secrets=(r"sixty thousand", r"9,941 million", r"1,667", r"factor of more than a million"),
    ),
    Prediction(
        id="common-passwords",
        question="How long does one graphics card need to try all common passwords on one Argon2id hash?",
        options=(
            Option("a", "a few seconds", lambda seconds: seconds < 60),
            Option("b", "some hours", lambda seconds: 60 <= seconds < 30 * 86_400),
            Option("c", "some months", lambda seconds: 30 * 86_400 <= seconds < 365 * 86_400),
            Option("d", "longer than a year", lambda seconds: seconds >= 365 * 86_400),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** a common password is gone within **five seconds**, under the best hash that we "
                "have. No hash protects a password that is on a list. And the list is short, since people think "
                "alike. Nor does a hash protect a password that another site has lost."
            ),
            (
                "Now read the other lines, and mind the scale: a second is as far from a year as a year from thirty "
                "million years. Eight small letters, really at random, are gone in seconds under SHA-256. Under "
                "Argon2id they last for years at the setting that was measured, and for most of a year at ours. The "
                "password and the thief are the same: the slow hash makes the difference."
            ),
            (
                "Five words drawn by dice last 91 years against one card, so under SHA-256 a thief with a hundred "
                "cards waits a year. Under Argon2id no number of cards that anybody owns is enough. And people can "
                "remember five words."
            ),
        ),
        secrets=(r"as Argon2id: 5 seconds", r"five seconds", r"No hash protects", r"91 years"),
    ),
    Prediction(
        id="password-rules",
        question="Which one of these four passwords does the server reject?",
        options=(
            Option("a", "eight small pictures (emoji) and nothing else", lambda rejected: rejected == ["pictures"]),
            Option(
                "b",
                "Football1, with a capital letter and a digit",
                lambda rejected: rejected == ["football"],
            ),
            Option("c", "a sentence of 64 characters with spaces", lambda rejected: rejected == ["sentence"]),
            Option("d", "gribnutflame, only small letters", lambda rejected: rejected == ["letters"]),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the only password with a capital letter *and* a digit is the one that is rejected. "
                "It is on the list of common passwords, which makes no difference between small and capital letters. "
                "The form says so: this is one of the few places where a server should give its reason "
                "(NIST-3.1.1.2). The form never quotes what was typed, though."
            ),
            (
                "That may be the opposite of what you are used to. For decades servers asked for a capital, a digit "
                "and a sign, and for a new password every three months. People answered with `Password1!` and then "
                "`Password2!`. Today's rules follow from the figure of the guesses. Length counts (ASVS-6.2.1), "
                "common passwords are rejected (ASVS-6.2.4), and the server asks for nothing else."
            ),
            (
                "There are no rules of composition, no change without a reason, and nothing is cut off (ASVS-6.2.9). "
                "The eight small pictures are a password of eight characters, though they take 32 bytes."
            ),
        ),
        secrets=(r"among the commonest", r"the opposite of what", r"rules of composition", r"32 bytes"),
    ),
)

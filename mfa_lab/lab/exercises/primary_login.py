"""Exercises and predictions of 01_primary_login. Names, passwords and hashes are invented."""

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
    """Count how often a word was encoded into bytes for a hash."""

    __slots__ = ("times",)

    def __init__(self, _word: str) -> None:
        self.times = 0

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        self.times += 1
        return super().encode(encoding, errors)


def _look_up(answer: Callable[..., object], stolen: Any, words: list[str], repeated: bool = False) -> object:
    """Return what the learner's function returns or, with `repeated`, the words that it hashed more than once."""
    counted = [_Word(word) for word in words]
    came = answer(stolen, counted)
    return [str(word) for word in counted if word.times > 1] if repeated else came


LOOK_UP = Exercise(
    id="unsalted-table",
    title="A stolen table without salt",
    question=(
        "Write `look_up(stolen, words)`. `stolen` maps each name to the SHA-256 hash of that person's "
        "password, as `sha256_hex` computes it. `words` is a list of common passwords. Return a dictionary "
        "that maps each name whose password is in `words` to that password. Hash each word only once: "
        "without a salt, one hash per word is enough for all accounts."
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
        "First build a dictionary that maps the hash of each word to that word. One pass through `words` fills it.",
        (
            "Then go through `stolen.items()`, which yields pairs of a name and a hash. Keep the names whose hash is "
            "in your dictionary."
        ),
    ),
    cases=(
        Case(
            "Four people, two of whom chose the same common word",
            (_STOLEN, _WORDS),
            {"anna": "sunshine", "cleo": "sunshine", "dan": "password1"},
            "Hash each word once, and note which word gave which hash. Then look up each stolen hash in your notes.",
        ),
        Case(
            "A table in which nobody chose a common word",
            ({"eve": sha256_hex("nobody would guess this one")}, _WORDS),
            {},
            "Leave out the names whose passwords you did not find. Which names does your code return?",
        ),
        Case(
            "The words that were hashed more than once, for four people",
            (_STOLEN, _WORDS, True),
            [],
            "Your code hashes some words more than once. What could you compute before you look at the first name?",
        ),
    ),
    wrong=(
        Wrong(
            """
def look_up(stolen, words):
    return {name: value for name, value in stolen.items() if value in words}
""".strip(),
            "Your code compares hashes with words. A hash never equals a word, so your code finds nobody. What must "
            "you do with each word first?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return {name: known.get(value) for name, value in stolen.items()}
""".strip(),
            "Your code finds the correct words, but it also lists the people whose hash it does not know. Those "
            "entries are empty. Which condition would leave them out?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return {known[value]: name for name, value in stolen.items() if value in known}
""".strip(),
            "Your code uses the word as the key. If two people chose the same word, they share one entry, and one "
            "of the two people is lost. What is different for each person?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    hashes = [sha256_hex(word) for word in words]
    return {name: value for name, value in stolen.items() if value in hashes}
""".strip(),
            "Your code finds the correct people, but returns their hashes. A thief cannot type a hash into a login "
            "form. How could you remember which word each hash came from?",
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
            "Your code finds a word, but then the `else` branch for the next word overwrites it with None. Only the "
            "last word can be found. Does a person without a known password need an entry?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = {sha256_hex(word): word for word in words}
    return [known[value] for value in stolen.values() if value in known]
""".strip(),
            "Your code returns the correct words in a list, so nobody can tell which person each word belongs to. "
            "What kind of value keeps the name beside its word?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    known = [sha256_hex(word) for word in words]
    return [name for name, value in stolen.items() if value in known]
""".strip(),
            "Your code returns the correct people in a list, but without their passwords, so the thief still cannot "
            "log in. What kind of value keeps a password under each name?",
        ),
        Wrong(
            """
def look_up(stolen, words):
    return {name: word for name, value in stolen.items() for word in words if sha256_hex(word) == value}
""".strip(),
            "Your code finds the correct words, but hashes the whole list again for each name. Salts would force "
            "that work on a thief, but here nobody has a salt. What could you keep from the first round?",
        ),
    ),
)

WHOLE_LIST = Exercise(
    id="cost-of-salts",
    title="What the salts cost the thief",
    question=(
        "A thief has 1,000 accounts, each hashed with its own salt, and a list of 5,000 common passwords. The "
        "thief's machine computes 1,000 Argon2id hashes a second. How many seconds does it take to try the whole "
        "list on every account? Answer with one number."
    ),
    solution="seconds = 1_000 * 5_000 / 1_000",
    ask=as_given,
    hints=(
        "Count the hashes first, and then the seconds.",
        (
            "Each account has its own salt, so the thief has to hash the whole list for each account. The number of "
            "hashes is accounts times words: how many hashes does the machine compute in a second?"
        ),
    ),
    cases=(
        Case(
            "Your number",
            (),
            1_000 * 5_000 / 1_000,
            "How many hashes does the thief need for one account, and for all accounts? How many does the machine "
            "compute in a second?",
            "the number of seconds for all accounts together",
        ),
    ),
    wrong=(
        Wrong(
            "seconds = 5",
            "Your number is the time to hash the list once. Once would be enough if all accounts shared one salt, or "
            "had no salt. How often must the thief hash the list if each account has its own salt?",
        ),
        Wrong(
            "seconds = 5_000_000",
            "Your number counts the hashes, which is the hard part. The question asks for seconds. How many hashes "
            "does the machine compute in one second?",
        ),
        Wrong(
            "seconds = 5_000_000_000",
            "You multiplied by the thousand hashes a second, so a faster machine would take longer. If the machine "
            "is twice as fast, what should happen to the time?",
        ),
        Wrong(
            "seconds = 1",
            "In one second the machine tries one word on each account. The list has more than one word: how many "
            "does it have?",
        ),
    ),
)

EXERCISES = (LOOK_UP, WHOLE_LIST)

PREDICTIONS = (
    Prediction(
        id="slow-hash",
        question="How much longer does one Argon2id hash take than one SHA-256 hash, at this server's setting?",
        options=(
            Option("a", "about ten times as long", lambda times: times < 50),
            Option("b", "hundreds of times as long", lambda times: 50 <= times < 1_000),
            Option("c", "tens of thousands of times as long", lambda times: 1_000 <= times < 1_000_000),
            Option("d", "more than a million times as long", lambda times: times >= 1_000_000),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** on most machines, Argon2id takes tens of thousands of times as long. The exact "
                "factor depends on your machine, so it is not printed. To see it, add a cell with `slow * 1000` "
                "(milliseconds for one Argon2id) or `slow / fast`. On our machine, Argon2id took about twenty "
                "milliseconds, and the factor was about sixty thousand."
            ),
            (
                "Alice, who logs in once a day, does not notice twenty milliseconds. A thief who needs a billion "
                "guesses has to spend twenty million seconds, about seven and a half months."
            ),
            (
                "On graphics cards the difference is even larger, and that is the second reason for Argon2id. It "
                "needs not only time but also *memory*: 19 MiB for every guess (OWASP-PW). A graphics card has "
                "little memory for each of its thousands of workers."
            ),
            (
                "The two measurements are not quite comparable. The second card is newer and faster than the first, "
                "and the Argon2id setting in its test costs about five times as much as ours. Even if our setting "
                "runs five times as fast, a factor of more than a million remains."
            ),
        ),
        secrets=(r"sixty thousand", r"9,941 million", r"1,667", r"factor of more than a million"),
    ),
    Prediction(
        id="common-passwords",
        question="How long does one graphics card take to try all common passwords against one Argon2id hash?",
        options=(
            Option("a", "a few seconds", lambda seconds: seconds < 60),
            Option("b", "some hours", lambda seconds: 60 <= seconds < 30 * 86_400),
            Option("c", "some months", lambda seconds: 30 * 86_400 <= seconds < 365 * 86_400),
            Option("d", "longer than a year", lambda seconds: seconds >= 365 * 86_400),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** the card finds a common password within **five seconds**, even under the best hash "
                "that we have. No hash protects a password that is on a list, and the list is short because people "
                "think alike. A hash also cannot protect a password that was stolen from another site."
            ),
            (
                "Now read the other lines, and note the scale: a year is to a second as thirty million years are to "
                "a year. Eight random small letters last only seconds under SHA-256. Under Argon2id they last for "
                "years at the setting that was measured, and for most of a year at our setting. The password and "
                "the thief are the same: only the slow hash makes the difference."
            ),
            (
                "Five words chosen with dice last 91 years against one card under SHA-256, so a thief with a hundred "
                "cards needs about a year. Under Argon2id, nobody owns enough cards to find them. And people can "
                "remember five words."
            ),
        ),
        secrets=(r"as Argon2id: 5 seconds", r"five seconds", r"No hash protects", r"91 years"),
    ),
    Prediction(
        id="password-rules",
        question="Which of these four passwords does the server reject?",
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
                "**What we saw:** the server rejects the only password with a capital letter *and* a digit. This "
                "password is on the list of common passwords, and the comparison ignores upper and lower case. The "
                "form tells the user why: this is one of the few places where a server should give its reason "
                "(NIST-3.1.1.2). But the form never repeats the typed password."
            ),
            (
                "This result may be the opposite of what you are used to. For decades servers required a capital "
                "letter, a digit and a special character, and a new password every three months. People answered "
                "with `Password1!` and then `Password2!`. Today's rules follow from the figure about guessing. The "
                "password must be long enough (ASVS-6.2.1) and must not be a common one (ASVS-6.2.4), and the "
                "server requires nothing else."
            ),
            (
                "There are no rules of composition, nobody has to change a password without a reason, and the server "
                "never shortens a password (ASVS-6.2.9). The eight small pictures count as eight characters, "
                "although they take 32 bytes."
            ),
        ),
        secrets=(r"among the commonest", r"the opposite of what", r"rules of composition", r"32 bytes"),
    ),
)

"""Provide the words of a story: people, durations, and what happens between guesses."""

from __future__ import annotations

BETWEEN = {
    "": "",
    "own login": " After every {} Mallory logs in to his own account.",
    "own mistakes": " After every {} Mallory types four wrong codes at his own account, and logs in to it.",
    "others mistype": " After every {}, many other people type a wrong code each.",
    "others log in": " After every {}, many other people log in.",
    "a week": " After every {}, a week passes.",
}
"""The sentence for each kind of event that may happen between guesses."""


def title(who: str) -> str:
    """Return a person's name in the form that a sentence needs."""
    return who if "@" in who else who.capitalize()


def duration(seconds: int) -> str:
    """Return a duration in words, in the largest unit that divides it."""
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"{number} {word}{'s' if number > 1 else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def passing(seconds: int) -> str:
    """Return the sentence for time that passes, or for a clock that is set back."""
    if seconds < 0:
        return f"The server's clock is set back by {duration(-seconds)}."
    return f"{duration(seconds)} {'passes' if duration(seconds).startswith('1 ') else 'pass'}."


def wrong(count: int, what: str) -> str:
    """Return "a wrong code" or "25 wrong codes"."""
    return f"a wrong {what}" if count == 1 else f"{count} wrong {what}s"


def at_pace(seconds: int) -> str:
    """Return the part of a sentence that says how quickly guesses follow each other."""
    return f", one every {duration(seconds).removeprefix('1 ')}" if seconds else ""


def written(spelling: str) -> str:
    """Return the part of a sentence that says how a code is written."""
    return f", written with {spelling}" if spelling else ""

"""Plain English in all that people read: none of the patterns, and no sentence of more than 30 words."""

from __future__ import annotations

from tests.prose import EXCEPTIONS, MOST_WORDS, PATTERNS, blocks, findings, passages, sentences


def test_nothing_that_plain_english_does_without():
    """Pages, notebooks, exercise texts, forms, help, messages and docstrings; `python -m tests.prose` lists them."""
    assert [f"{place}: {wrong}: {words}" for place, wrong, words in findings()] == []


def test_each_exception_is_still_needed_and_has_a_reason():
    """A text that was changed leaves the list."""
    read = {passage.text for passage in passages()}
    assert [text for text, reason in EXCEPTIONS.items() if text not in read or len(reason.split()) < 4] == []


def test_the_patterns_find_what_they_are_for():
    """One sentence for each kind, and a sentence that is too long; the better words pass."""
    bad = [
        "On this rung a false page waits.", "The page in the middle seals it.", "It spends its step.",
        "Charge the failure first.", "Who looks at every code?", "It was mended.", "Seven of 100 did.",
        "Show the class.", "What is a code good for?", "Right now it is.", "Begin anew.", "Whoever knows it.",
        "There is none.", "A right code came.", "Of the three it is one.",
    ]  # fmt: skip
    assert [text for text in bad if not any(pattern.found(text) for pattern in PATTERNS)] == []
    better = (
        "The attack consumes a step. A phishing page gets a valid code. Seven percent did. The owner begins again."
    )
    assert [pattern.words for pattern in PATTERNS if pattern.found(better)] == []
    (passage,) = blocks("here", "**Bold** words and `code`, [a link](x.html), " + "and so on " * 10 + "end. Short.")
    assert [len(sentence.split()) > MOST_WORDS for sentence in sentences(passage.text)] == [True, False]

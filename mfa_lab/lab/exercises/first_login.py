"""Exercises and predictions of 00_first_login. The numbers come from data/facts.toml."""

from __future__ import annotations

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, as_given, letters
from mfa_lab.lab.facts import fact

NOTEBOOK = "00_first_login"


FACTORS = Exercise(
    id="factor-kinds",
    title="What counts as two factors",
    question=(
        "Which of these logins ask for two different kinds of proof? Answer with all the letters in quotes, such as "
        '`"ac"`.'
    ),
    solution='two_factors = "bd"',
    ask=letters,
    hints=(
        "Beside each of the ten proofs, write one word: know, have or are.",
        "A bank card is in your pocket; a PIN, a pet's name and a password are in your head.",
        "In two of the logins, the two words differ.",
    ),
    cases=(
        Case(
            "Your letters",
            (),
            "bd",
            "Your list is not correct yet: count kinds of proof, not proofs. What kind is each proof: know, have or "
            "are?",
            "exactly the logins that ask for two kinds of proof",
        ),
    ),
    wrong=(
        Wrong(
            'two_factors = "a, b, d"',
            "You counted a password and a PIN as two kinds. If you type both on one phishing page, which of the two "
            "does the thief still need?",
        ),
        Wrong(
            'two_factors = "ab"',
            "You counted a password and a PIN as two kinds, but both are something you know. You also missed one "
            "login. What does a cash machine ask for?",
        ),
        Wrong(
            'two_factors = "a"',
            "A PIN and a password are two proofs of the same kind, because both are something you know. Which login "
            "also asks for something you have?",
        ),
        Wrong(
            'two_factors = "bcd"',
            "You counted two apps on one phone as two kinds. If the phone is stolen, how many of the two codes does "
            "the thief have?",
        ),
        Wrong(
            'two_factors = "b"',
            "You found one of the two logins, but not the other login, which is older than the internet. What does "
            "a cash machine ask for?",
        ),
        Wrong(
            'two_factors = "bde"',
            "You counted the name of your first pet as another kind. It is something you know, like a password. Who "
            "else knows it?",
        ),
    ),
)

STORY = Exercise(
    id="usual-story",
    title="What is wrong with the usual story",
    question='Which of these sentences are wrong? Answer with all the letters in quotes, such as `"bd"`.',
    solution='wrong_sentences = "ace"',
    ask=letters,
    hints=(
        (
            "The section on the usual story describes the four steps twice: first as most introductions tell them, "
            "then as they really are."
        ),
        "Three of the five sentences repeat statements from the first list in other words.",
        (
            "Test each sentence: is it still true if the phone is in flight mode, if a thief is typing, or if there "
            "is no code?"
        ),
    ),
    cases=(
        Case(
            "Your letters",
            (),
            "ace",
            "Your list is not correct yet. Compare each sentence with the corrections under *The usual story*: who "
            "sends, who computes, what does a password open, and what does a code prove?",
            "exactly the sentences that this kit shows to be wrong",
        ),
    ),
    wrong=(
        Wrong(
            'wrong_sentences = "ac"',
            "You found two of the three wrong sentences. If you read the code aloud on the telephone and a stranger "
            "types it, whose identity does it prove?",
        ),
        Wrong(
            'wrong_sentences = "ce"',
            "You found two of the three wrong sentences. Put your phone in flight mode and open the app: where does "
            "the code come from?",
        ),
        Wrong(
            'wrong_sentences = "ae"',
            "You found two of the three wrong sentences. If the password already logged you in, what would the code "
            "protect?",
        ),
        Wrong(
            'wrong_sentences = "bd"',
            "You named sentences that are true. The question asks for the wrong sentences: which are they?",
        ),
        Wrong(
            'wrong_sentences = "acde"',
            "You named one sentence too many. A correct code does show that somebody saw the phone or was told the "
            "code. Which of your sentences says only that?",
        ),
        Wrong(
            'wrong_sentences = "abce"',
            "You named one sentence too many. If two sides share a secret and the time, do they need a message to "
            "compute the same number?",
        ),
    ),
)

THOUSAND = Exercise(
    id="thousand-passwords",
    title="A thousand stolen passwords",
    question=(
        "A thief buys 1,000 passwords from a break-in at another site, each with the owner's Google address. "
        "According to the study in the first table, how many Google accounts do these passwords open? Answer with "
        "one number."
    ),
    solution="accounts = 1000 * 7 / 100",
    ask=as_given,
    hints=(
        (
            "One line of the first table says what share of stolen passwords opened a Google account. That line "
            "gives three shares."
        ),
        "Use the share for break-ins at other sites. The share is in percent, and the thief has 1,000 passwords.",
    ),
    cases=(
        Case(
            "Your number",
            (),
            1000 * fact("stolen")["break_ins_percent"] / 100,
            "Your number does not follow from the study. Which of its three shares is for break-ins?",
            "the share for break-ins, applied to 1,000 passwords",
        ),
    ),
    wrong=(
        Wrong(
            "accounts = 250",
            "You used the share for phished passwords. Where do this thief's passwords come from?",
        ),
        Wrong(
            "accounts = 120",
            "You used the share for passwords that a keylogger recorded. Where do this thief's passwords come from?",
        ),
        Wrong("accounts = 7", "You gave the share in percent. How many passwords does the thief have?"),
        Wrong(
            "accounts = 380",
            "You used the share of people who reuse one password at several sites. Which study counts the Google "
            "accounts that were opened?",
        ),
    ),
)

EXERCISES = (FACTORS, STORY, THOUSAND)

PREDICTIONS = (
    Prediction(
        id="reused-elsewhere",
        question=(
            "What share of the passwords from break-ins at other sites also opened their owner's Google account?"
        ),
        options=(
            Option("a", "one percent or less", lambda percent: percent <= 1),
            Option("b", "more than one and up to five percent", lambda percent: 1 < percent <= 5),
            Option("c", "more than five and up to thirty percent", lambda percent: 5 < percent <= 30),
            Option("d", "more than thirty percent", lambda percent: percent > 30),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** seven percent of these passwords did, although nobody had broken into Google. If "
                "you use one password twice, one careless site puts both accounts at risk. For phished passwords "
                "the share was 25 percent. (The study's own summary says only *7 to 25 percent*. The share for each "
                "kind of theft comes from an article about the study.)"
            ),
            (
                "The last two lines come from a yearly report. The share of break-ins that begin with somebody "
                "else's credentials fell from 22 to 13 percent in a year. Flaws in software are now the most "
                "frequent way in. Figures about attacks go out of date quickly, so we give source and year with "
                "each. (We know this report only from articles about it.)"
            ),
        ),
        secrets=(r"\b7 percent", r"\bseven percent", r"\b25 percent"),
    ),
)

"""Exercises and predictions of 00_first_login. Its figures are those of data/facts.toml."""

from __future__ import annotations

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, as_given, letters
from mfa_lab.lab.facts import fact

NOTEBOOK = "00_first_login"


FACTORS = Exercise(
    id="factor-kinds",
    title="What counts as two factors",
    question=(
        "Which of these logins ask for two different kinds of proof? Give all the letters in one text, such as "
        '`"ac"`.'
    ),
    solution='two_factors = "bd"',
    ask=letters,
    hints=(
        "Write one of the words know, have and are beside each of the ten proofs.",
        "A bank card is in your pocket; a PIN, a pet's name and a password are in your head.",
        "In two logins the two words differ.",
    ),
    cases=(
        Case(
            "Your letters",
            (),
            "bd",
            "You named another set of logins: count kinds, not proofs. Which kind is each proof: know, have or are?",
            "exactly those logins that ask for two kinds",
        ),
    ),
    wrong=(
        Wrong(
            'two_factors = "a, b, d"',
            "You count a password and a PIN as two kinds. A thief finds one paper, or leads you to one phishing "
            "page: which of the two does the thief still lack?",
        ),
        Wrong(
            'two_factors = "ab"',
            "You count a password and a PIN as two kinds: both are known. And one login is missing. What does a "
            "machine that pays out money ask for?",
        ),
        Wrong(
            'two_factors = "a"',
            "A PIN and a password are two proofs of one kind: both are something you know. Which login also asks for "
            "something you have?",
        ),
        Wrong(
            'two_factors = "bcd"',
            "You count two apps on one phone as two kinds. One phone is stolen: how many of the two codes does the "
            "thief have?",
        ),
        Wrong(
            'two_factors = "b"',
            "You found one login; another is older than the internet. What does a machine that pays out money ask "
            "for?",
        ),
        Wrong(
            'two_factors = "bde"',
            "You count the name of your first pet as another kind. It is known, like a password: who else knows it?",
        ),
    ),
)

STORY = Exercise(
    id="usual-story",
    title="What is wrong with the usual story",
    question='Which of these sentences are wrong? Give all the letters in one text, such as `"bd"`.',
    solution='wrong_sentences = "ace"',
    ask=letters,
    hints=(
        ("The section on the usual story has the four steps twice: first as they are told, then as they are."),
        "Three of the five sentences repeat the first list in other words.",
        (
            "Ask of each: would it still be true with the phone in flight mode, with a thief at the "
            "keyboard, and with the code left out?"
        ),
    ),
    cases=(
        Case(
            "Your letters",
            (),
            "ace",
            "You named another set of sentences. Compare each with the corrections under *The usual story*: who "
            "sends, who computes, what does a password open, and what does a code prove?",
            "exactly the sentences that this kit will show to be wrong",
        ),
    ),
    wrong=(
        Wrong(
            'wrong_sentences = "ac"',
            "You found two, and one more is wrong. You read the code aloud on the telephone, and a stranger types "
            "it: whose identity has it proven?",
        ),
        Wrong(
            'wrong_sentences = "ce"',
            "You found two, and one more is wrong. Put your phone into flight mode and open the app: where does the "
            "code come from?",
        ),
        Wrong(
            'wrong_sentences = "ae"',
            "You found two, and one more is wrong. If the password logged you in, what would the code still protect?",
        ),
        Wrong(
            'wrong_sentences = "bd"',
            "You named sentences that hold. The question asks for the wrong ones: which are they?",
        ),
        Wrong(
            'wrong_sentences = "acde"',
            "You named one too many. A correct code does show that somebody saw the phone or was told: which of your "
            "sentences says only that?",
        ),
        Wrong(
            'wrong_sentences = "abce"',
            "You named one too many. Two sides share a secret and the time: do they need a message to compute the "
            "same number?",
        ),
    ),
)

THOUSAND = Exercise(
    id="thousand-passwords",
    title="A thousand stolen passwords",
    question=(
        "A thief buys 1,000 passwords from a break-in at another site, each with the owner's Google address. By the "
        "study in the first table, how many Google accounts do they open? Give one number."
    ),
    solution="accounts = 1000 * 7 / 100",
    ask=as_given,
    hints=(
        "One line of the first table says how many stolen passwords opened a Google account. It has three shares.",
        "Take the share for break-ins at other sites. It is given in percent, and the thief has 1,000.",
    ),
    cases=(
        Case(
            "Your number",
            (),
            1000 * fact("stolen")["break_ins_percent"] / 100,
            "You gave another number. Which share of the study belongs to break-ins?",
            "the share that belongs to break-ins, of 1,000 passwords",
        ),
    ),
    wrong=(
        Wrong(
            "accounts = 250",
            "You took the share of passwords that were phished. Where do this thief's passwords come from?",
        ),
        Wrong(
            "accounts = 120",
            "You took the share of passwords that a keylogger had read. Where do this thief's passwords come from?",
        ),
        Wrong("accounts = 7", "You gave the share in percent. How many passwords does the thief have?"),
        Wrong(
            "accounts = 380",
            "You took the share of people who use one password at several sites. Which study counts the Google "
            "accounts that were opened?",
        ),
    ),
)

EXERCISES = (FACTORS, STORY, THOUSAND)

PREDICTIONS = (
    Prediction(
        id="reused-elsewhere",
        question="How many passwords from break-ins at other sites opened their owner's Google account, too?",
        options=(
            Option("a", "one percent or less", lambda percent: percent <= 1),
            Option("b", "more than one and up to five percent", lambda percent: 1 < percent <= 5),
            Option("c", "more than five and up to thirty percent", lambda percent: 5 < percent <= 30),
            Option("d", "more than thirty percent", lambda percent: percent > 30),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** seven percent, at a site where nothing had gone wrong. One careless site is "
                "enough, if you use one password twice. After phishing the share was 25 percent. (The study's own "
                "summary says 7 to 25 percent. The share of each kind of theft comes from an account of it.)"
            ),
            (
                "The last two lines are from one yearly report. The share of break-ins that begin with somebody "
                "else's credentials fell from 22 to 13 percent within a year, and flaws in software took the lead. "
                "Figures about attacks grow old quickly, so we give source and year with each. (We know the last "
                "two only from others who read the report.)"
            ),
        ),
        secrets=(r"\b7 percent", r"\bseven percent", r"\b25 percent"),
    ),
)

"""Exercises and predictions of 00_first_login. Its figures are those of data/facts.toml."""

from __future__ import annotations

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, as_given, letters
from mfa_lab.lab.facts import fact

NOTEBOOK = "00_first_login"


FACTORS = Exercise(
    id="factor-kinds",
    title="What counts as two factors",
    question=(
        "Which of these logins ask for two different kinds of proof? Give all the right letters in one text, such as "
        '`"ac"`.'
    ),
    solution='two_factors = "bd"',
    ask=letters,
    hints=(
        "Write beside each of the ten proofs one of the words know, have and are.",
        "A bank card lies in your pocket; a PIN, a pet's name and a password are in your head.",
        "Two logins remain in which the two words differ.",
    ),
    cases=(
        Case(
            "Your letters",
            (),
            "bd",
            "Say of each proof which kind it is (know, have, are), and count kinds, not proofs.",
            "exactly those logins that ask for two kinds",
        ),
    ),
    wrong=(
        Wrong(
            'two_factors = "a, b, d"',
            "A PIN and a password are both something you know: whoever finds the paper on which you noted them, or "
            "sends you to a false page, gets the two of them in one go.",
        ),
        Wrong(
            'two_factors = "ab"',
            "A PIN is a second password, and b is right. There is one more: think of the machine that"
            " hands out money.",
        ),
        Wrong(
            'two_factors = "a"',
            "A PIN is something you know, and so is a password: two proofs of one kind. Look for a login that also "
            "asks for something you have.",
        ),
        Wrong(
            'two_factors = "bcd"',
            "Two apps on one phone are both something you have, and it is the same thing: one stolen "
            "phone gives both.",
        ),
        Wrong(
            'two_factors = "b"',
            "One more is there, and older than the internet: think of the machine that hands out money.",
        ),
        Wrong(
            'two_factors = "bde"',
            "The name of your first pet is a second password, and a weak one: it is something you know, and so do "
            "your friends.",
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
        (
            "The four numbered steps of this notebook stand twice in the section on the usual story: as "
            "they are told, and as they are."
        ),
        "Three of the five sentences are from the first list in other words.",
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
            "Hold each sentence against the numbered corrections under *The usual story*: who sends, who computes, "
            "what does a password open, and what does a code prove?",
            "exactly the sentences that this kit will show to be wrong",
        ),
    ),
    wrong=(
        Wrong(
            'wrong_sentences = "ac"',
            "One more is wrong. Somebody reads the code aloud on the telephone, and a stranger types it: whom has it "
            "proven?",
        ),
        Wrong(
            'wrong_sentences = "ce"',
            "One more is wrong. Put your phone into flight mode and open your authenticator: from "
            "where does the code "
            "come?",
        ),
        Wrong(
            'wrong_sentences = "ae"',
            "One more is wrong. If the right password logged you in, what would the code be good for?",
        ),
        Wrong('wrong_sentences = "bd"', "It is the wrong ones that are asked for: have you gathered the others?"),
        Wrong(
            'wrong_sentences = "acde"',
            "One too many. A right code does show that somebody could see the phone, or was told; it shows no more.",
        ),
        Wrong(
            'wrong_sentences = "abce"',
            "One of these is right: two sides that share a secret and the time can come to the same number without a "
            "word between them.",
        ),
    ),
)

THOUSAND = Exercise(
    id="thousand-passwords",
    title="A thousand stolen passwords",
    question=(
        "A thief buys 1,000 passwords from a break-in at some other site, with their owners' "
        "Google names. By the study "
        "in the table, how many Google accounts do they open? Give one number."
    ),
    solution="accounts = 1000 * 7 / 100",
    ask=as_given,
    hints=(
        (
            "Only one line of the first table tells how many stolen passwords opened a Google account, "
            "and it holds three shares."
        ),
        "Take the share for break-ins at other sites. It is given of 100, and you have 1,000.",
    ),
    cases=(
        Case(
            "Your number",
            (),
            1000 * fact("stolen")["break_ins_percent"] / 100,
            "Find the study in the table above, and in it the share that belongs to break-ins.",
            "the share that belongs to break-ins, of 1,000 passwords",
        ),
    ),
    wrong=(
        Wrong("accounts = 250", "That is the share of passwords that were phished: these come from a break-in."),
        Wrong(
            "accounts = 120",
            "That is the share of passwords that a keylogger had read: these come from a break-in.",
        ),
        Wrong("accounts = 7", "That many of 100. How many has the thief?"),
        Wrong(
            "accounts = 380",
            "38 of 100 is how many people use one password at several sites. The question asks how "
            "many of the stolen "
            "ones opened a Google account: another study.",
        ),
    ),
)

EXERCISES = (FACTORS, STORY, THOUSAND)

PREDICTIONS = (
    Prediction(
        id="reused-elsewhere",
        question="Of 100 passwords from break-ins at other sites, how many opened their owner's Google account too?",
        options=(
            Option("a", "none, or one", lambda count: count <= 1),
            Option("b", "up to five", lambda count: 1 < count <= 5),
            Option("c", "between six and thirty", lambda count: 5 < count <= 30),
            Option("d", "more than thirty", lambda count: count > 30),
        ),
    ),
)

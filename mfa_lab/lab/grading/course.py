"""The course as data: its parts, its notebooks, and the two-hour core path.

The course map and the pages of the documentation are made from this module.

The durations are the same as in the notebooks' headings; `tests/notebooks/test_minutes.py` compares them.
"""

from __future__ import annotations

from dataclasses import dataclass

CORE_PATH_LIMIT_MINUTES = 120


@dataclass(frozen=True, slots=True)
class Lesson:
    """Hold one notebook: its name without `.ipynb`, the question that it answers, and its duration in minutes."""

    notebook: str
    question: str
    minutes: int

    @property
    def name(self) -> str:
        """Return the name in readable form: `03 OTP generation`."""
        return readable(self.notebook)


@dataclass(frozen=True, slots=True)
class Part:
    """Hold a part: several notebooks under one name, and a sentence that says what a learner can do afterwards."""

    name: str
    learn: str
    lessons: tuple[Lesson, ...]

    @property
    def minutes(self) -> int:
        """Return how many minutes all notebooks of the part take."""
        return sum(lesson.minutes for lesson in self.lessons)

    @property
    def numbers(self) -> str:
        """Return the numbers of the first and the last notebook: `00-07`."""
        return f"{self.lessons[0].notebook[:2]}-{self.lessons[-1].notebook[:2]}"


@dataclass(frozen=True, slots=True)
class Section:
    """Hold one section of a notebook: its heading without the duration, and its duration in minutes."""

    title: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Hold one stop of the core path: some sections of a notebook, or the whole notebook if `sections` is empty.

    `asks` contains the ids of the exercises and predictions in these sections. The stop is done when all these
    exercises and predictions are answered.
    """

    notebook: str
    asks: tuple[str, ...]
    sections: tuple[Section, ...] = ()

    @property
    def name(self) -> str:
        """Return the name in readable form: `03 OTP generation`."""
        return readable(self.notebook)

    @property
    def minutes(self) -> int:
        """Return how many minutes the sections take, or the whole notebook if `sections` is empty."""
        return sum(section.minutes for section in self.sections) or lesson_of(self.notebook).minutes


PARTS = (
    Part(
        "One login",
        "Follow one login through its four steps, and explain what the server knows at each step.",
        (
            Lesson("00_first_login", "What does a second factor add?", 20),
            Lesson("01_primary_login", "What does a server store when you choose a password?", 34),
            Lesson(
                "02_throttling_and_pending_login",
                "How many attempts are allowed, and what does a correct password open?",
                35,
            ),
            Lesson("03_otp_generation", "Where do the six digits come from?", 35),
            Lesson("04_own_authenticator", "Can ten lines of Python replace the app?", 22),
            Lesson("05_enrolment_and_qr_code", "What do the server and the phone exchange?", 30),
            Lesson("06_clock_faults_and_recovery", "What can go wrong between server and phone?", 35),
            Lesson("07_otp_validation", "Which codes does the server accept, and what does it tell the user?", 35),
        ),
    ),
    Part(
        "Time",
        "Choose a window, and resynchronise a clock that has drifted.",
        (
            Lesson("10_window_and_clock_drift", "How wrong may a clock be, and what does a window cost?", 35),
            Lesson("11_resynchronisation", "How does a server resynchronise with a phone's clock?", 35),
        ),
    ),
    Part(
        "Attacks and fixes",
        "Run seventeen attacks on weak servers, and fix each server until its tests pass.",
        (
            Lesson(
                "20_attack_guessing", "How far does an attacker with a stolen password get by guessing codes?", 33
            ),
            Lesson("21_fix_guessing", "How can a server stop the guessing?", 36),
            Lesson("22_attack_replay_and_relay", "What can an attacker do with one code that they have seen?", 34),
            Lesson("23_fix_replay_and_relay", "Which of these attacks can a server stop?", 44),
            Lesson("24_attack_account_mixups", "What happens if a server mixes up its accounts?", 22),
            Lesson("25_fix_account_mixups", "How does a server keep each account's counts and waits separate?", 27),
            Lesson("26_attack_used_codes", "Can an attacker make a server accept a used code?", 26),
            Lesson("27_fix_used_codes", "What must a server remember, and for how long?", 32),
            Lesson("28_attack_shared_secret", "Who else can find out the shared secret?", 26),
            Lesson("29_fix_shared_secret", "How should a server create, store and show a secret?", 40),
        ),
    ),
    Part(
        "Passkeys",
        "Take a passkey's response apart, explain which phishing pages it stops, and fix six servers that accept it.",
        (
            Lesson("30_how_a_passkey_works", "What does a key that never leaves its owner prove?", 45),
            Lesson("31_the_phish", "Who stops a phishing page, and what does it try next?", 45),
            Lesson("32_attack_passkeys", "What does an attacker gain from one missing check?", 42),
            Lesson("33_fix_passkeys", "How does a server check a passkey's response?", 44),
        ),
    ),
    Part(
        "Adding MFA to an application",
        "Put MFA in front of a web application, read its audit log, and defend its policy.",
        (
            Lesson("50_into_your_application", "How do you add MFA to an existing application?", 45),
            Lesson("51_reading_the_audit_log", "How do you find an attacker in the audit log?", 43),
            Lesson("52_choosing_a_policy", "How strict should a policy be, and for whom?", 45),
            Lesson("53_defending_a_policy", "Why did you choose this number and not another?", 45),
        ),
    ),
    Part(
        "Capstone",
        "Write a server that meets every clause, and prove it.",
        (
            Lesson("60_capstone", "Does a server do what the standards require?", 35),
            Lesson("61_capstone_every_clause", "Does your server still meet every clause as time passes?", 36),
        ),
    ),
)

CORE_PATH = (
    Stop("00_first_login", ("reused-elsewhere", "factor-kinds", "usual-story", "thousand-passwords")),
    Stop(
        "03_otp_generation",
        ("one-bit-flipped", "code-digits"),
        (
            Section("What the two sides have", 6),
            Section("One message, one HMAC", 6),
            Section("Twenty bytes are too many to type", 8),
            Section("From a number to six digits", 5),
        ),
    ),
    Stop(
        "05_enrolment_and_qr_code",
        ("inside-the-qr", "photographed-qr"),
        (
            Section("The server makes an offer", 3),
            Section("Anatomy of a QR code", 5),
            Section("Who else has seen the QR code", 4),
        ),
    ),
    Stop(
        "07_otp_validation",
        ("enrolment-code-reused", "late-code", "public-message"),
        (
            Section("A room with Alice in it", 2),
            Section("Steps 2 to 4: the code", 4),
            Section("A code that comes late", 4),
            Section("The server must forget nothing", 3),
            Section("Every reason for rejecting a code", 6),
        ),
    ),
    Stop(
        "20_attack_guessing",
        ("attack-one-session",),
        (Section("The attack series, and its rules", 4), Section("Attack 3: guessing, as fast as possible", 8)),
    ),
    Stop(
        "21_fix_guessing",
        ("guessing-one-session",),
        (
            Section("How to write a fix, and how it is checked", 5),
            Section("Attack 3: how long to wait after a wrong code", 8),
        ),
    ),
    Stop(
        "22_attack_replay_and_relay",
        ("attack-relay",),
        (Section("Attack 15: an adversary in the middle", 9),),
    ),
)
"""A live login, OTP generation, enrolment, validation, one attack with its fix, and what a code cannot stop."""


def lessons() -> tuple[Lesson, ...]:
    """Return every notebook of the course, in order."""
    return tuple(lesson for part in PARTS for lesson in part.lessons)


def lesson_of(notebook: str) -> Lesson:
    """Return the course's entry for this notebook.

    Raises `StopIteration` for a notebook that is not in the course.
    """
    return next(lesson for lesson in lessons() if lesson.notebook == notebook)


def is_core(notebook: str) -> bool:
    """Return whether the core path includes this notebook."""
    return any(stop.notebook == notebook for stop in CORE_PATH)


def core_minutes() -> int:
    """Return how many minutes the core path takes."""
    return sum(stop.minutes for stop in CORE_PATH)


def readable(notebook: str) -> str:
    """Return a notebook's name in readable form: `03 OTP generation`."""
    return " ".join(word.upper() if word in {"otp", "qr"} else word for word in notebook.split("_"))


def duration(minutes: int) -> str:
    """Return minutes in readable form: `35 min`, `2 h`, `4 h 21 min`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(text for text in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if text)

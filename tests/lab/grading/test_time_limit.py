"""An answer that does not end is stopped and named, whatever it does; the Stop button stays the learner's."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from mfa_lab.lab.exercises import made_by
from mfa_lab.lab.grading import time_limit
from mfa_lab.lab.grading.checks import Outcome, check

posix = pytest.mark.skipif(os.name == "nt", reason="Windows wakes no thread that waits")
ENDLESS = {
    "loop": "    while True:\n        digest = digest",
    "loop that catches all": (
        "    while True:\n        try:\n            sum(range(10_000))\n        except BaseException:\n"
        "            pass"
    ),
    "two loops that catch all": (
        "    while True:\n        try:\n            while True:\n                try:\n"
        "                    sum(range(10_000))\n                except:\n                    pass\n"
        "        except:\n            pass"
    ),
    "recursion": "    def again(n):\n        return again(0) if n else again(1)\n    while True:\n        try:\n"
    "            again(1)\n        except RecursionError:\n            pass",
    "sleep": "    import time\n    time.sleep(3600)",
    "lock": "    import threading\n    threading.Event().wait()",
    "thread": (
        "    import threading\n    def spin():\n        try:\n            while True:\n                pass\n"
        "        except SystemExit:\n            pass  # which pytest would report as a fault\n"
        "    thread = threading.Thread(target=spin)\n    thread.start()\n    thread.join()"
    ),
}


@pytest.fixture
def quick() -> Iterator[None]:
    """Stop an answer after a third of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time_limit, "limit_seconds", 0.3)
        yield


@posix
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # raised in a callback, it is lost
@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.usefixtures("quick")
def test_an_answer_that_does_not_end_is_stopped(body: str) -> None:
    """The outcome says so, with the learner's line; handlers and threads are what they were."""
    before, threads = (signal.getsignal(signal.SIGINT), sys.gettrace()), {*threading.enumerate()}
    result = check("dynamic-truncation", made_by(f"def truncate(digest):\n{body}"))
    assert result.outcome == Outcome.STOPPED
    assert result.lines[0].startswith("The HMAC of counter 1: line ")
    assert result.lines[0].endswith(" was still running after more than 0.3 seconds, so it was stopped.")
    assert result.lines[-1].endswith("?")
    assert (signal.getsignal(signal.SIGINT), sys.gettrace()) == before
    for thread in {*threading.enumerate()} - threads:
        thread.join(10)
        assert not thread.is_alive()


@posix
@pytest.mark.usefixtures("quick")
def test_it_is_stopped_where_a_shell_ignores_interruptions() -> None:
    """A program that a shell starts in the background ignores SIGINT, and so did the limit once."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        result = check("dynamic-truncation", made_by("def truncate(digest):\n    while True:\n        pass"))
        os.kill(os.getpid(), signal.SIGINT)  # still ignored
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.outcome == Outcome.STOPPED


@pytest.mark.usefixtures("quick")
def test_what_comes_before_the_endless_case_is_told_first() -> None:
    """Of several faults the first is told, as ever; and an answer of no fault meets no limit afterwards."""
    body = "    if step != current:\n        while True:\n            pass\n    return 'yes'"
    answer = made_by(f"def may_accept(step, current, window_steps, last_step):\n{body}")
    assert check("accept-or-reject", answer).outcome == Outcome.NOT_YET


@posix
def test_the_stop_button_is_the_learners() -> None:
    """An interruption from outside is a KeyboardInterrupt, and no time-out."""
    presses = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
    presses.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            check("dynamic-truncation", made_by(f"def truncate(digest):\n{ENDLESS['loop']}"))
    finally:
        presses.join()
        signal.signal(signal.SIGINT, before)


def test_a_check_in_another_thread_has_no_limit() -> None:
    """Only the main thread can be interrupted; elsewhere an answer is graded as ever."""
    found = []
    checking = threading.Thread(target=lambda: found.append(check("remember-step", "b").outcome))
    checking.start()
    checking.join()
    assert found == [Outcome.DONE]

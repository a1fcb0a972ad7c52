"""Stop an answer that does not end, so that a learner's endless loop does not block the kernel.

In Python, no other thread can stop the code of an answer. Only a SIGINT to the main thread, like the one that the
Stop button sends, works everywhere. A thread therefore waits and then sends this signal. The handler distinguishes
this signal from a signal that the learner sends.
"""

from __future__ import annotations

import _thread
import ctypes
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

limit_seconds = 10.0
"""How many seconds one case may take. Tests change this value."""
_MOST_PATIENCE = 3
"""The limit is multiplied by this factor if the answer uses the processor for less than half of the time."""
_AGAIN_SECONDS = 0.2
"""How many seconds the alarm waits before it interrupts an answer that has caught the first interruption."""


class TimeUp(BaseException):
    """Report that an answer did not end. This class is a BaseException, so `except Exception` does not catch it."""


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise `TimeUp` in the body of the `with` block after `limit_seconds`.

    Only the main thread can be interrupted, so there is no limit in other threads. The Stop button still works. The
    limit also works where SIGINT is ignored, as in a program that a shell started in the background.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:  # None: C code handles SIGINT
        yield
        return
    alarm, traced, threads = _Alarm(before), sys.gettrace(), set(threading.enumerate())
    signal.signal(signal.SIGINT, alarm.heard)
    watch = threading.Thread(target=alarm.ring, args=(limit_seconds,), daemon=True)
    watch.start()
    try:
        yield
    except TimeUp:
        _end(set(threading.enumerate()) - threads - {watch})
        raise
    finally:
        alarm.stop()
        sys.settrace(traced)
        signal.signal(signal.SIGINT, before)


class _Alarm:
    """Interrupt the main thread until `stop` is called. `before` is the handler for all other interruptions."""

    def __init__(self, before: Any) -> None:
        self._before = before
        self._rings = False
        self._stopped = threading.Event()
        self._sending = threading.Lock()

    def ring(self, seconds: float) -> None:
        """Wait for `seconds`, then interrupt repeatedly.

        On a busy machine, an answer that has hardly run gets more time.
        """
        began, patience = time.process_time(), _MOST_PATIENCE
        while not self._stopped.wait(seconds):
            patience -= 1
            if patience > 0 and time.process_time() - began < seconds / 2:
                continue
            patience = 0
            with self._sending:  # `stop` waits for a signal that was already sent
                if not self._stopped.is_set():
                    self._rings = True
                    _interrupt()
            seconds = _AGAIN_SECONDS

    def stop(self) -> None:
        """Send no further signal, and ignore a signal that has already been sent."""
        self._stopped.set()
        with self._sending:
            pass

    def heard(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGINT.

        For the learner's Stop button, do what `before` does; for the alarm's signal, raise `TimeUp`.
        """
        if not self._rings:
            if callable(self._before):
                self._before(number, frame)
            elif self._before == signal.SIG_DFL:
                raise KeyboardInterrupt
        elif not self._stopped.is_set():
            _raise_again_in(frame)
            raise TimeUp


def _interrupt() -> None:
    if hasattr(signal, "pthread_kill"):  # a real signal also ends a sleep, or the wait for a lock
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:  # on Windows
        _thread.interrupt_main()


def _raise_again_in(frame: FrameType | None) -> None:
    """Make the learner's next line raise `TimeUp`, too.

    Otherwise an endless loop that catches every exception would continue. The second exception is raised inside the
    loop's `except` and ends the loop.
    """
    while frame is not None and not _module(frame).startswith(
        "mfa_lab.lab.grading"
    ):  # the answer is called from here
        if _module(frame) == "__main__":  # the kit's own code may clean up
            frame.f_trace = _raise_on_line
        frame = frame.f_back
    sys.settrace(lambda *_: None)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "__main__"))


def _raise_on_line(_frame: FrameType, event: str, _argument: object) -> Any:
    if event == "line":
        raise TimeUp
    return _raise_on_line


def _end(threads: set[threading.Thread]) -> None:
    """Stop the threads that the answer has started. Otherwise they would slow the kernel until a restart."""
    for thread in threads:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))

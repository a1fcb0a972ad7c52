"""Stop an answer that does not end: a learner's endless loop must not take the kernel with it.

Python gives no way to stop code from outside. What works everywhere is the way of the Stop button, a SIGINT in the
main thread. So a thread waits, and then interrupts; the handler tells its own signal from the learner's.
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
"""How long one case may take. Tests set it."""
_MOST_PATIENCE = 3
"""So many times as long, if the machine gave the answer less than half of a processor, or if it waits."""
_AGAIN_SECONDS = 0.2
"""How soon an answer that has caught the interruption is interrupted again."""


class TimeUp(BaseException):
    """An answer did not end. No `except Exception` catches it."""


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise `TimeUp` in the body after `limit_seconds`. Only the main thread can be interrupted: elsewhere, no limit
    holds. The Stop button stays what it was.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
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
    """Interrupts the main thread until it is stopped. `before` handles the interruptions that are not its own."""

    def __init__(self, before: Any) -> None:
        self._before = before
        self._rings = False
        self._stopped = threading.Event()
        self._sending = threading.Lock()

    def ring(self, seconds: float) -> None:
        """Wait, then interrupt again and again. On a busy machine, an answer that has hardly run gets more time."""
        began, patience = time.process_time(), _MOST_PATIENCE
        while not self._stopped.wait(seconds):
            patience -= 1
            if patience > 0 and time.process_time() - began < seconds / 2:
                continue
            patience = 0
            with self._sending:  # `stop` waits for a signal that is on its way
                if not self._stopped.is_set():
                    self._rings = True
                    _interrupt()
            seconds = _AGAIN_SECONDS

    def stop(self) -> None:
        """Send no further signal, and ignore one that has been sent."""
        self._stopped.set()
        with self._sending:
            pass

    def heard(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGINT: the learner's Stop button as ever, our own by raising `TimeUp`."""
        if not self._rings:
            self._before(number, frame)
        elif not self._stopped.is_set():
            _raise_again_in(frame)
            raise TimeUp


def _interrupt() -> None:
    if hasattr(signal, "pthread_kill"):  # a true signal also ends a sleep, or the wait for a lock
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:  # on Windows
        _thread.interrupt_main()


def _raise_again_in(frame: FrameType | None) -> None:
    """Have the learner's next line raise too. An answer that catches everything in an endless loop would go on; a
    second exception, inside its `except`, leaves the loop.
    """
    while frame is not None and not _module(frame).startswith("mfa_lab.lab.grading"):  # from here the answer is asked
        if _module(frame) == "__main__":  # the kit's own code may tidy up
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
    """End what the answer was doing in other threads, or it would slow the kernel down until it is restarted."""
    for thread in threads:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))

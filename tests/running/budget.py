"""The budget of the default tier, in what it starts. Time cannot be guarded, because a busy machine is no fault."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import pytest

# The most that the default tier may start. Raise a number only together with the reason, in the commit message.
MOST = {"kernels": 40, "browsers": 1, "servers": 40, "clusters": 0, "other programs": 200}
DEFAULT_TIER = "not full and not long"
_started: Counter[tuple[str, str]] = Counter()


def kind(command: list[str]) -> str:
    """Return which kind of thing a command starts."""
    words = [PurePath(word).name for word in command]
    text = " ".join(words)
    if "ipykernel" in text:
        return "kernels"
    if words[0].startswith("chrom") or "run-driver" in words:  # Playwright's driver starts the browser
        return "browsers"
    if {"initdb"} & set(words):
        return "clusters"
    if {"uvicorn", "jupyterlab", "notebook", "voila", "serve", "mfa_lab.web.worker", "mfa_lab.cli.jupyter"} & set(
        words
    ):
        return "servers"
    return "other programs"


def count_start(event: str, arguments: tuple[Any, ...]) -> None:
    """Count each program that this process starts, and the file of the test that starts it."""
    if event == "subprocess.Popen":
        executable, command = arguments[0], arguments[1]
        words = [command] if isinstance(command, str | bytes | os.PathLike) else list(command)
        test = os.environ.get("PYTEST_CURRENT_TEST", "no test").partition("::")[0]
        _started[kind([os.fsdecode(word) for word in words or [executable]]), test] += 1


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(count_start)


@pytest.hookimpl(optionalhook=True)  # a run may leave xdist out
def pytest_testnodedown(node: Any) -> None:
    """Add what a worker started to what the main process did."""
    for name, test, count in getattr(node, "workeroutput", {}).get("started", []):
        _started[name, test] += count


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a worker's counts to the main process; there, fail the session if their sum is over the budget."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["started"] = [[*key, count] for key, count in _started.items()]
    elif session.config.option.markexpr == DEFAULT_TIER and (excess := over_budget(_started)):
        place = ("tests/running/budget.py", None, "budget of the default tier")
        report = pytest.TestReport(place[0], place, {}, "failed", excess, "call")
        session.config.hook.pytest_runtest_logreport(report=report)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what the tests started."""
    sums: Counter[str] = Counter()
    for (name, _), count in _started.items():
        sums[name] += count
    terminalreporter.write_line("started: " + ", ".join(f"{sums[name]} {name}" for name in MOST))


def over_budget(started: Mapping[tuple[str, str], int]) -> str:
    """Say what was started too often, and by which test files; an empty text if nothing was."""
    lines = []
    for name, most in MOST.items():
        by_file = Counter({test: count for (found, test), count in started.items() if found == name})
        if by_file.total() > most:
            lines.append(f"The default tier may start {most} {name}; it started {by_file.total()}:")
            lines += [f"  {count:4} {test}" for test, count in by_file.most_common(12)]
    return "\n".join(lines)

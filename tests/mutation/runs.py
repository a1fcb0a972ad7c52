"""Running tests on mutants: each mutant in a forked process, in a copy of the project, with the tests that reach it.

The parent process imports what the tests need from other projects, once. It never imports the project itself.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pytest
from coverage import Coverage

from tests.mutation.operators import Mutant

_TESTS_FAILED_OR_BROKE = {1, 2, 3, 4}
_OUR_FAULT = 70
_PATIENCE = 10
"""A test may wait so many times as long as it may compute."""
_OPTIONS = [
    "-xq", "-mnot full and not long", "--tb=short", "--override-ini=addopts=",
    "-Wignore::pytest.PytestAssertRewriteWarning",
    *(f"-pno:{plugin}" for plugin in ("cacheprovider", "nbval", "schemathesis", "xdist")),
]  # fmt: skip
_BASELINE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a run without a mutant shows: each test's seconds of processor time, and the tests that reach a line.

    No test reaches a line that runs only on import.
    """

    seconds: dict[str, float]
    reached: dict[str, dict[int, set[str]]]
    costly: Sequence[str] = ()
    """Test files that only mutants of their own module run."""

    def tests_for(self, mutant: Mutant, most_seconds: float) -> list[str]:
        """Return the tests that reach the mutant's statement; if it runs on import, the files that reach its module.

        The module's own test file comes first, then the quickest tests. After `most_seconds` no further test begins,
        so that the score is a lower bound.
        """
        lines = self.reached.get(mutant.path, {})
        first, last = mutant.lines
        near = set().union(*(tests for line, tests in lines.items() if first <= line <= last))
        files = {_file(test) for tests in lines.values() for test in tests}
        own = f"/test_{Path(mutant.path).stem}.py::"
        near |= {
            test for test in self.seconds if near and own in test
        }  # what a test file calls on import counts, too
        chosen = near or {test for test in self.seconds if _file(test) in files} or set(self.seconds)
        affordable = (test for test in chosen if own in test or _file(test) not in self.costly)
        ordered = sorted(affordable, key=lambda test: (own not in test, self.seconds[test], test))
        spent = accumulate((self.seconds[test] for test in ordered), initial=0.0)
        return [test for test, seconds in zip(ordered, spent, strict=False) if seconds < most_seconds]


class Project:
    """A copy of the project at `root`, in `folder`, in which mutants live for as long as their tests run."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.copy, self.scratch = root, folder / "copy", folder / "scratch"
        shutil.copytree(root, self.copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        self.scratch.mkdir()
        self._own = {path.stem for path in root.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    def baseline(self, modules: Iterable[str], tests: Sequence[str], costly: Sequence[str] = ()) -> Baseline:
        """Run all tests once. Raises `RuntimeError` with pytest's words if one fails without any mutant."""
        answer = self.scratch / "baseline"
        include = [str(self.copy / module) for module in modules]

        def work() -> int:
            sys.dont_write_bytecode = False
            coverage = Coverage(data_file=None, config_file=False, include=include)
            watch = _Watch(coverage)
            coverage.start()
            code = int(pytest.main([*_OPTIONS, *tests], [watch]))
            coverage.stop()
            data = coverage.get_data()
            reached = {
                str(Path(name).relative_to(self.copy)): {
                    line: set(contexts) - {""} for line, contexts in data.contexts_by_lineno(name).items()
                }
                for name in data.measured_files()
            }
            imported = [name for name, module in sys.modules.items() if not self._is_own(module)]
            answer.write_bytes(pickle.dumps((watch.seconds, reached, imported)))
            return code

        code, said = self._forked(work, _BASELINE_SECONDS)
        if code != 0:
            raise RuntimeError(f"the tests fail without any mutant:\n{said}")
        seconds, reached, imported = pickle.loads(answer.read_bytes())  # noqa: S301
        for name in imported:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        return Baseline(seconds, reached, costly)

    def is_killed(self, mutant: Mutant, baseline: Baseline, most_seconds: float = 60.0) -> bool:
        """Return whether one of the tests that reach the mutant fails, breaks or does not end."""
        compile(mutant.source, mutant.path, "exec")  # what is no Python would count as killed
        wanted = {test: place for place, test in enumerate(baseline.tests_for(mutant, most_seconds))}
        first, *others = dict.fromkeys(_file(test) for test in wanted)

        def work() -> int:
            """Most mutants die in the first file, so the others need not even be imported."""
            code = int(pytest.main([*_OPTIONS, first], [_Only(wanted)]))
            return int(pytest.main([*_OPTIONS, *others], [_Only(wanted)])) if code == 0 and others else code

        path = self.copy / mutant.path
        original, times = path.read_bytes(), path.stat()
        path.write_bytes(mutant.source)
        # Another date, so that the bytecode of the original is not taken for the mutant's.
        os.utime(path, (times.st_atime, times.st_mtime + 10))
        seconds = 10 + 5 * sum(baseline.seconds[test] for test in wanted)
        try:
            code, said = self._forked(work, int(seconds))
        finally:
            path.write_bytes(original)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        if code > 0 and code not in _TESTS_FAILED_OR_BROKE:
            raise RuntimeError(f"no test ran for the mutant {mutant.becomes!r}:\n{said}")
        return code != 0

    def _is_own(self, module: object) -> bool:
        name = getattr(module, "__name__", "") or ""
        return name.partition(".")[0] in {*self._own, "__main__", "__mp_main__", "conftest"}

    def _forked(self, work: Callable[[], int], seconds: int) -> tuple[int, str]:
        """Run `work` in a process of its own. Return its exit code (negative: a signal ended it) and its words."""
        words = self.scratch / "words"
        process = os.fork()
        if process == 0:
            code = _OUR_FAULT
            try:
                os.setsid()
                signal.setitimer(signal.ITIMER_PROF, seconds)  # for what loops
                signal.alarm(_PATIENCE * seconds)  # for what waits; other work may slow this machine down
                output = os.open(words, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                for stream in (1, 2):
                    os.dup2(output, stream)
                self._enter_copy()
                code = work()
            except BaseException:  # noqa: BLE001  (the forked process must end here, whatever happens)
                os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(code)
        _, status = os.waitpid(process, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        return os.waitstatus_to_exitcode(status), words.read_text("utf-8", "replace")

    def _enter_copy(self) -> None:
        """Let this process import the project from the copy only."""
        os.chdir(self.copy)
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.path[:] = [str(self.copy), *(place for place in sys.path if Path(place).resolve() != self.root)]
        for name in [name for name, module in sys.modules.items() if self._is_own(module) and name != "__main__"]:
            del sys.modules[name]
        importlib.invalidate_caches()


def _file(test: str) -> str:
    return test.partition("::")[0]


class _Only:
    """A pytest plugin: run the wanted tests and no others, in the wanted order."""

    def __init__(self, wanted: dict[str, int]) -> None:
        self.wanted = wanted

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.wanted), key=lambda item: self.wanted[item.nodeid]
        )


class _Watch:
    """A pytest plugin: note what each test costs, and let coverage note which test reaches a line."""

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        begun = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - begun
            self.coverage.switch_context("")

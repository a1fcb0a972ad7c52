"""`python -m tests.fuzz [TARGET]... [--runs N] [--seed N] [--keep FOLDER]`: parsers under atheris, longer than in CI.

The runs are shared among the targets, two processes at a time, each with a seed and a corpus of its own. With
`--keep` the corpora stay, and a next run begins where this one ended; the input that broke something stays too.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
_AT_A_TIME = 2
_MAX_BYTES = 2048
_SLOWEST_SECONDS = 10
"""One input that takes longer is a finding, too."""
_ONE = "--one"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target: `tried` inputs, and what atheris said where one broke it."""

    target: str
    tried: int
    broke: str


def fuzz(targets: Iterable[str], runs: int, seed: int, folder: Path, timeout: float | None = None) -> list[Outcome]:
    """Try `runs` inputs, shared among `targets`; corpora and findings are left in `folder`."""
    from tests.fuzz.targets import PLANTED, TARGETS

    shares = {name: (TARGETS | PLANTED)[name].share for name in targets}
    whole = sum(shares.values())

    def one(name: str) -> Outcome:
        count = -(-runs * shares[name] // whole)
        command = [sys.executable, "-m", "tests.fuzz", _ONE, name, str(count), str(seed), str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=timeout)
        tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
        lines = (done.stdout + done.stderr).splitlines(keepends=True)
        # One such line for each module would push what broke the target out of the part that is kept.
        told = "".join(line for line in lines if not line.startswith("INFO: Instrumenting"))
        broke = "" if done.returncode == 0 else told[-3000:]
        return Outcome(name, int(tried[1]) if tried else 0, broke)

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(one, shares))


def _one(name: str, runs: str, seed: str, folder: str) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["mfa_lab"]):
        from tests.fuzz.targets import PLANTED, TARGETS

    target, corpus = (TARGETS | PLANTED)[name], Path(folder) / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(data)
    options = {"runs": runs, "seed": seed, "max_len": _MAX_BYTES, "timeout": _SLOWEST_SECONDS, "print_final_stats": 1}
    # By default libFuzzer lets shorter inputs replace the seeds, and may never come back to what only a seed reaches.
    options |= {"artifact_prefix": f"{folder}/{name}-", "verbosity": 0, "reduce_inputs": 0}
    atheris.Setup([name, *(f"-{option}={value}" for option, value in options.items()), str(corpus)], target.run)
    atheris.Fuzz()


def main() -> int:
    if sys.argv[1:2] == [_ONE]:
        _one(*sys.argv[2:])
    from tests.fuzz.targets import PLANTED, TARGETS

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the parsers with atheris.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"out of {', '.join(TARGETS)}; all unless named")
    parser.add_argument("--runs", type=int, default=5_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for corpora and findings")
    given = parser.parse_args()
    if unknown := [name for name in given.targets if name not in TARGETS | PLANTED]:
        parser.error(f"there is no target {unknown[0]}")
    with TemporaryDirectory() as temporary:
        outcomes = fuzz(given.targets or TARGETS, given.runs, given.seed, (given.keep or Path(temporary)).resolve())
    for outcome in outcomes:
        print(f"{outcome.target}: {outcome.tried:,} inputs, {'BROKEN' if outcome.broke else 'only MfaError'}")
        print(outcome.broke, end="")
    return int(any(outcome.broke for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())

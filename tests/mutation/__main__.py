"""`python -m tests.mutation [--package NAME]... [--count N] [--seed N]`: would the tests see a change of the code?

A mutant is the code with one small change. The tests kill it if one of them fails; a survivor shows what no test
asks. Mutants that change nothing anybody could observe are named, with a reason, in equivalent.toml.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.mutation.operators import Mutant, mutants
from tests.mutation.runs import Project

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENTS = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text("utf-8"))["mutant"]


@dataclass(frozen=True, slots=True)
class Package:
    """Patterns of the modules to change, and of the tests that must notice.

    `costly` are test files that only mutants of their own module run.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    costly: tuple[str, ...] = ()


PACKAGES = {
    "otp": Package(("mfa_lab/otp/*.py",), ("tests/otp/test_otp.py", "tests/otp/test_drift.py")),
    "policy": Package(
        ("mfa_lab/policy/*.py",),
        ("tests/policy/test_record.py", "tests/policy/test_reader.py", "tests/policy/test_toml.py"),
    ),
    # The tests of PostgreSQL start a cluster, which takes longer than all other tests of a mutant.
    "server": Package(
        ("mfa_lab/server/**/*.py",),
        ("tests/server/**/test_*.py", "tests/test_bad_input.py"),
        ("tests/server/storage/test_postgres.py", "tests/server/login/test_race.py", "tests/server/test_kill.py"),
    ),
}


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants the tests killed, and which survived. `misnamed` were killed in spite of equivalent.toml.

    Two mutants may have the same name there, and only one of them may be equivalent.
    """

    killed: int
    survivors: list[Mutant]
    equivalent: list[Mutant]
    misnamed: list[Mutant]

    @property
    def percent(self) -> float:
        """Killed mutants among all that are not named equivalent."""
        return 100 * self.killed / max(1, self.killed + len(self.survivors))


def score(
    root: Path,
    package: Package,
    equivalents: list[dict[str, str]],
    count: int = 0,
    seed: int = 1,
    most_seconds: float = 60,
) -> Score:
    """Run the tests on every mutant of the package, or on `count` of them chosen by `seed`; 0 means every one.

    A mutant is given up as a survivor when its tests have computed for `most_seconds`.
    Raises `RuntimeError` where the tests fail without a mutant.
    """
    modules, tests = _paths(root, package.modules), _paths(root, package.tests)
    chosen = [mutant for module in modules for mutant in mutants(module, (root / module).read_bytes())]
    if count and count < len(chosen):
        chosen = [chosen[place] for place in sorted(Random(seed).sample(range(len(chosen)), count))]
    named = {(each["within"], each["becomes"]) for each in equivalents}
    killed, survivors, equivalent, misnamed = 0, [], [], []
    with TemporaryDirectory() as folder:
        project = Project(root, Path(folder))
        baseline = project.baseline(modules, tests, package.costly)
        unchanged = Mutant(modules[0], "", (0, 0), 0, "", "", (root / modules[0]).read_bytes())
        if project.is_killed(unchanged, baseline, most_seconds=1):
            raise RuntimeError("the tests fail in a forked process without any mutant: no kill would mean anything")
        for mutant in chosen:
            is_named = (mutant.within, mutant.becomes) in named
            if not project.is_killed(mutant, baseline, most_seconds):
                (equivalent if is_named else survivors).append(mutant)
                print("equivalent" if is_named else "survived", _described(mutant), flush=True)
            else:
                killed += 1
                if is_named:
                    misnamed.append(mutant)
    shared = {(mutant.within, mutant.becomes) for mutant in equivalent}
    misnamed = [mutant for mutant in misnamed if (mutant.within, mutant.becomes) not in shared]
    for mutant in misnamed:
        print("killed, although named equivalent", _described(mutant), flush=True)
    return Score(killed, survivors, equivalent, misnamed)


def _paths(root: Path, patterns: tuple[str, ...]) -> list[str]:
    return sorted({path.relative_to(root).as_posix() for pattern in patterns for path in root.glob(pattern)})


def _described(mutant: Mutant) -> str:
    return f"{mutant.path}:{mutant.number} in {mutant.within}\n    {mutant.was}\n    {mutant.becomes}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Test the tests with mutants.")
    parser.add_argument("--package", action="append", choices=PACKAGES, help="can be repeated; all if omitted")
    parser.add_argument("--only", default="", metavar="PATTERN", help="of the package, change only these modules")
    parser.add_argument("--count", type=int, default=0, help="choose so many mutants of each package; 0 means all")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the choice")
    parser.add_argument("--seconds", type=float, default=60, help="what the tests of one mutant may compute")
    parser.add_argument("--least", type=float, default=90, metavar="PERCENT", help="fail below this score")
    given = parser.parse_args()
    wrong = False
    for name in given.package or PACKAGES:
        package = PACKAGES[name]
        if given.only:
            package = replace(package, modules=(given.only,))
        found = score(ROOT, package, EQUIVALENTS, given.count, given.seed, given.seconds)
        wrong |= found.percent < given.least or bool(found.misnamed)
        print(
            f"{name}: {found.percent:.1f} percent. {found.killed} mutants killed, {len(found.survivors)} survived, "
            f"{len(found.equivalent)} equivalent."
        )
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())

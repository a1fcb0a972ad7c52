"""The mutation testing itself: it makes the mutants it promises, and distinguishes a weak test from a strong one."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.mutation.__main__ import EQUIVALENTS, PACKAGES, ROOT, Package, Score, score
from tests.mutation.operators import mutants
from tests.needs import requires_semaphores

SPAWN = multiprocessing.get_context("spawn")
CHANGES = [
    ("x = a < b <= c", ["x = (a <= b <= c)", "x = (a < b < c)"]),
    ("x = a is b", ["x = (a is not b)"]),
    ("x = a and not b", ["x = (a or not b)", "x = a and (b)"]),
    ("x = a - 1", ["x = (a + 1)", "x = a - 2"]),
    ("x -= -1", ["x += -1", "x -= (1)", "x -= -2"]),
    ("x = min(a)", ["x = (max(a))"]),
    ("x = True", ["x = False"]),
    ("x = 'name', 'a sentence', f'{b} 1'", ["x = 'namex', 'a sentence', f'{b} 1'"]),
    ("x = 'é é' + a if b else c", ["x = 'é é' + a if (not (b)) else c"]),
    ("x: Literal[1] = b", []),
    ("if a: b", ["if (not (a)): b"]),
    ("if a < b: c", ["if (a <= b): c", "if (not (a < b)): c"]),
    ("if a == b: c", ["if (a != b): c"]),
    ("[x for x in a if x]", ["[x for x in a if (not (x))]"]),
    ("connection.commit()", ["pass"]),
    ("raise a", ["pass"]),
    ("for a in b: break", ["for a in b: continue"]),
    ("def f(a: int = 1) -> 'b': 'words'", ["def f(a: int = 2) -> 'b': 'words'"]),
    ("def f(): return a", ["def f(): return None"]),
]
PLANTED = "def is_adult(age):\n    return age >= 18\n"
TEST = "from planted import is_adult\n\ndef test_ages():\n    assert is_adult({}) and not is_adult({})\n"


@pytest.mark.parametrize(("source", "changed"), CHANGES, ids=[source for source, _ in CHANGES])
def test_a_mutant_is_one_change(source: str, changed: list[str]) -> None:
    """Each operator, by example; annotations, docstrings and sentences stay as they are."""
    assert [mutant.becomes for mutant in mutants("module.py", source.encode())] == changed


def test_a_weak_test_leaves_survivors_and_a_strong_one_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of three mutants differ at the boundary only, so only a test of the boundary kills them. A test that fails
    without any mutant kills nothing: there is no score, and the reason shows.
    """
    requires_semaphores()
    tests = {"weak": TEST.format(40, 3), "strong": TEST.format(18, 17), "wrong": TEST.format(17, 3)}
    for name, text in {"planted": PLANTED, **tests}.items():
        (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    named = [{"within": "planted.is_adult", "becomes": "return age >= 19"}]
    packages = {name: Package(("planted.py",), (f"{name}.py",)) for name in tests}
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    # A process of its own, because that of the tests may have threads, which do not survive a fork.
    with ProcessPoolExecutor(1, SPAWN) as pool:
        weak = pool.submit(score, tmp_path, packages["weak"], named).result()
        strong = pool.submit(score, tmp_path, packages["strong"], []).result()
        with pytest.raises(RuntimeError, match=r"(?s)fail without any mutant.*assert .*is_adult\(17\)"):
            pool.submit(score, tmp_path, packages["wrong"], []).result()
    assert [mutant.becomes for mutant in weak.survivors] == ["return (age > 18)"]
    assert [mutant.becomes for mutant in weak.equivalent] == ["return age >= 19"]
    assert (weak.killed, weak.percent) == (1, 50)
    assert strong == Score(3, [], [], [])
    assert (tmp_path / "planted.py").read_text() == PLANTED


@pytest.mark.parametrize("name", PACKAGES)
def test_the_table_names_what_exists(name: str) -> None:
    """Each pattern finds files, and each equivalent mutant is one that is made, with a reason."""
    package = PACKAGES[name]
    assert all(list(ROOT.glob(pattern)) for pattern in (*package.modules, *package.tests, *package.costly))


def test_equivalent_mutants_are_made() -> None:
    """A name in equivalent.toml that no mutant has any more is left over from code that has changed."""
    paths = {path for package in PACKAGES.values() for pattern in package.modules for path in ROOT.glob(pattern)}
    made = {(mutant.within, mutant.becomes) for path in paths for mutant in mutants(path.name, path.read_bytes())}
    assert [each for each in EQUIVALENTS if (each["within"], each["becomes"]) not in made] == []
    assert all(each["reason"] for each in EQUIVALENTS)


@pytest.mark.long
@pytest.mark.parametrize(("name", "count"), [("otp", 0), ("policy", 0), ("server", 300)])
def test_nine_of_ten_mutants_are_killed(name: str, count: int) -> None:
    """Every mutant of otp and policy, and 300 of the server that a fixed seed chooses."""
    with ProcessPoolExecutor(1, SPAWN) as pool:
        found = pool.submit(score, ROOT, PACKAGES[name], EQUIVALENTS, count, 1).result()
    assert found.percent >= 90, found.survivors

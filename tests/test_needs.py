"""A missing program skips a test on a laptop and fails it in CI."""

import pytest

from tests.needs import requires_program


@pytest.mark.parametrize(("ci", "outcome"), [("", "Skipped"), ("true", "Failed")])
def test_a_missing_program(ci: str, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear line that says what to install; a program that is there comes back as its path."""
    assert requires_program("sh").endswith("/sh")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    with pytest.raises((pytest.skip.Exception, pytest.fail.Exception)) as ended:
        requires_program("zbarimg")
    assert ended.typename == outcome
    assert str(ended.value) == "zbarimg is not installed: apt-get install zbar-tools"

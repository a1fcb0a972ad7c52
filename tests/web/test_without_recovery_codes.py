"""A policy without recovery codes, over HTTP: an administrator's reset code leaves no other one behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.kit import PASSWORD, Served, refused, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("web"), policy={"recovery_codes": 0, "free_failures": 1000}) as served:
        yield served


def test_the_page_shows_none(served: Served, name: str) -> None:
    """After a reset code the page goes on to the new authenticator; no code is promised before it or shown on it."""
    served.enrol(name)
    (code,) = served.server.issue_reset_code(name)
    browser = served.browser()
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    browser.get("/recover")
    assert "new code" not in browser.answer.text
    browser.send("/recover", recovery_code=code)
    assert browser.title == "Your recovery code was accepted"
    assert not browser.page.select(".codes")
    assert "new one" not in browser.page.main.text
    assert browser.send("/enrol", label="new phone").status_code == 200


def test_the_api_gives_null(served: Served, name: str) -> None:
    """The field is there and holds none; the used code is void, and the step that it began leads to an enrolment."""
    served.enrol(name)
    (code,) = served.server.issue_reset_code(name)
    api = served.api()
    steps = [api.call("POST", "/login", name=name, password=PASSWORD).json()["token"] for _ in range(2)]
    recovered = api.call("POST", "/recover", steps[0], recovery_code=code)
    assert recovered.status_code == 200
    assert recovered.json()["recovery_code"] is None
    assert refused(api.call("POST", "/recover", steps[1], recovery_code=code))
    assert api.call("POST", "/enrolments", recovered.json()["token"], label="").status_code == 201

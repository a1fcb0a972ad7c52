"""The book in the real browser, from the disk and without a network: for everyone, in both themes, and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mfa_lab.trainer.book.site import write

from .axe import contrasts, violations

pytestmark = pytest.mark.full
OPEN_ALL = "for (const each of document.querySelectorAll('main details')) each.open = true"


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("book")
    write(folder)
    return folder


@pytest.fixture(scope="module")
def page(browser: Browser):
    """One page for all tests; a console error, or a request for anything but a file, fails the last of them."""
    faults: list[str] = []
    context = browser.new_context(offline=True)
    context.on("request", lambda request: faults.extend([request.url] * (not request.url.startswith("file:"))))
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def test_every_page_is_for_everyone(page: Page, book: Path):
    """With everything unfolded: no serious finding of axe, 4.5:1 in both themes, and no sideways scrolling."""
    found = {}
    for file in sorted(book.glob("*.html")):
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(file.as_uri())
        page.evaluate(OPEN_ALL)
        faults = violations(page, "html", contrast=False)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            faults += [f"{scheme}: {ratio:.1f} {text}" for ratio, text in contrasts(page, "body")[:1] if ratio < 4.5]
        page.set_viewport_size({"width": 400, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > 400:
            faults.append("wider than a phone")
        if faults:
            found[file.name] = faults
    assert found == {}
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 20, 24)"


def test_search_works_from_the_disk(page: Page, book: Path):
    """From any page, by keyboard: the term of the glossary comes first, and a hit leads to its section."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto((book / "00_first_login.html").as_uri())
    page.get_by_label("Search").fill("replay")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ places with “replay”"))
    expect(page.locator("#results a").first).to_have_text("replay")
    page.get_by_label("Search").fill("dynamic truncation")
    page.locator("#results a[href^='03_otp_generation.html#']").first.click()
    expect(page.locator("h2:target, h3:target")).to_be_in_viewport()
    page.goto(f"{(book / 'search.html').as_uri()}?q=zzz<b>")
    expect(page.get_by_role("status")).to_have_text("Nothing here contains “zzz<b>”. Try fewer or shorter words.")


def test_on_paper_results_are_open_and_solutions_are_left_out(page: Page, book: Path):
    """Paper is light, has no navigation, and shows what happened below each question."""
    page.goto((book / "07_otp_validation.html").as_uri())
    outcome = page.locator(".mfa-compared").first
    expect(outcome).to_be_hidden()
    page.emulate_media(media="print", color_scheme="dark")
    expect(outcome).to_be_visible()
    expect(page.get_by_text("One correct answer").first).to_be_hidden()
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")

"""The trainer's pages in the real browser: for everyone, in both themes, on paper, without a network."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from mfa_lab import Phone, SystemClock
from mfa_lab.lab.seat import seeded
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.board import board
from mfa_lab.trainer.board_page import save
from mfa_lab.trainer.slides import read, slides, slides_html
from mfa_lab.trainer.workshop import prepare
from tests.needs import requires_program
from tests.notebooks.kit import write
from tests.trainer.test_board import entry, hand_in

from .axe import contrasts, violations
from .four_steps import Steps

pytestmark = pytest.mark.full
DOCS = Path(__file__).parents[2] / "docs" / "trainer"
SEATS = [seeded("a test", number) for number in range(1, 11)]
PDF_VIEWER_SECONDS = 20
PIXELS_A_MM = 96 / 25.4


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Path:
    """A workshop of ten seats, a board and slides beside it."""
    folder = tmp_path_factory.mktemp("room")
    prepare(folder, len(SEATS), "a test")
    for number in range(1, 13):
        hand_in(
            folder / "exports",
            f"seat-{number:02}",
            _factor_kinds=entry(number % 4 + 1),
            _dynamic_truncation=entry(3, number),
        )
    (folder / "exports" / "<b>bad.json").write_text("{")
    save(board(folder / "exports"), folder / "board")
    (folder / "slides.html").write_text(slides_html(read("07_otp_validation")))
    for name in ("handout.html", "feedback.html"):
        (folder / name).write_text((DOCS / name).read_text())
    return folder


@pytest.fixture
def open_page(browser: Browser, room: Path):
    """`open_page(name, scheme)` opens a file of the room; a console error or a request to anybody fails the test."""
    contexts, faults = [], []

    def opener(name: str, scheme: str = "light", size: tuple[int, int] = (1280, 720), fragment: str = "") -> Page:
        context = browser.new_context(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = context.new_page()
        context.on("request", lambda request: faults.extend([request.url] * foreign(request.url)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto((room / name).as_uri() + fragment)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert faults == []


def foreign(url: str) -> bool:
    """Whether an address is neither a file of ours nor a part of the browser, such as its viewer for PDF."""
    return urlsplit(url).scheme not in {"file", "data", "blob", "chrome", "chrome-extension"}


PAGES = [
    "trainer/cards.html",
    "trainer/overview.html",
    "trainer/answers.html",
    "trainer/predictions.html",
    "board.html",
    "slides.html",
    "handout.html",
    "feedback.html",
]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_for_everyone(name, open_page):
    """No serious finding of axe and 4.5:1 for every text, in light and in dark; no sideways scrolling when narrow."""
    for scheme in ("light", "dark"):
        page = open_page(name, scheme)
        for summary in page.locator("summary").all():
            summary.evaluate("element => { element.parentElement.open = true; }")
        assert violations(page, "html") == []
        assert contrasts(page, "body")[0][0] >= 4.5
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 20, 24)"}[scheme]
    if name != "trainer/cards.html":  # whose sheets are as wide as paper
        narrow = open_page(name, size=(400, 800))
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 400
        assert violations(narrow, "html") == []


def test_feedback_is_added_up_without_names(open_page):
    """The sums appear after three answers, last until they are deleted, and say nothing about the order of people."""
    page = open_page("feedback.html")
    answer = page.get_by_role("button", name="Hand in")
    page.get_by_text("For the trainer").click()
    for number, (speed, change) in enumerate(
        [("good", "z: <b>more</b> time"), ("good", "a: less text"), ("too fast", "")]
    ):
        expect(page.get_by_role("table")).to_have_count(0)
        page.get_by_label(speed, exact=True).check()
        for group in ("accepts a code only once", "a code cannot stop"):
            page.get_by_role("group", name=group).get_by_label("yes").check()
        page.get_by_label("the attacks").check()
        page.get_by_label("What should we change?").fill(change)
        answer.click()
        expect(page.get_by_role("status")).to_contain_text("Thank you")
        expect(page.get_by_role("radio", checked=True)).to_have_count(0)
        page.get_by_text("For the trainer").click()
        assert page.inner_text("#count").startswith("3 people") == (number == 2)
    page.reload()
    page.get_by_text("For the trainer").click()
    assert page.get_by_role("table").first.locator("td").all_inner_texts() == ["0", "2", "1"]
    assert page.locator("#tables li").all_inner_texts() == ["a: less text", "z: <b>more</b> time"]
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete all answers").click()
    expect(page.get_by_role("table")).to_have_count(0)
    answer.click()  # nothing is chosen, so nothing is counted
    assert page.inner_text("#count").startswith("The sums appear")
    page.reload()
    assert page.evaluate("JSON.parse(localStorage.getItem('mfa-lab feedback')).count") == 0


def scanned(picture: Path) -> set[str]:
    """What zbarimg reads in a picture."""
    done = subprocess.run([requires_program("zbarimg"), "-q", "--raw", picture], capture_output=True, text=True)
    return set(done.stdout.split())


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def seen_in_the_viewer(page: Page, tmp_path: Path, wanted: Callable[[set[str]], bool]) -> set[str]:
    """What a scanner reads from the browser's own PDF viewer, once the pages are drawn."""
    found: set[str] = set()
    for _ in range(PDF_VIEWER_SECONDS * 2):
        page.screenshot(path=tmp_path / "pdf.png")
        found = scanned(tmp_path / "pdf.png")
        if wanted(found):
            break
        page.wait_for_timeout(500)
    return found


def test_a_scanner_reads_every_card(open_page, tmp_path):
    """From the HTML on the screen, in the dark too: ten codes, ten seats."""
    for scheme in ("light", "dark"):
        open_page("trainer/cards.html", scheme).screenshot(path=tmp_path / "cards.png", full_page=True)
        assert scanned(tmp_path / "cards.png") == {seat.otp.uri() for seat in SEATS}


@pytest.mark.parametrize("printed", [False, True], ids=["cards.pdf", "printed from HTML"])
def test_a_scanner_reads_every_card_on_paper(printed, open_page, room, tmp_path):
    """Two sheets of A4. As the PDF viewer draws the first one, zbarimg reads its eight cards; a phone takes them."""
    name = "trainer/cards.pdf"
    if printed:
        name = "printed.pdf"
        page = open_page("trainer/cards.html", "dark", size=(794, 1123))
        page.pdf(path=room / name, prefer_css_page_size=True)
        page.emulate_media(media="print")
        first = page.locator(".card").first.bounding_box()
        assert [round(first[side] / PIXELS_A_MM) for side in ("x", "y", "width", "height")] == [12, 12, 93, 68]
    assert pages_of((room / name).read_bytes()) == 2
    expected = {seat.otp.uri() for seat in SEATS[:8]}
    viewer = open_page(name, size=(1900, 2400), fragment="#zoom=200&navpanes=0")
    found = seen_in_the_viewer(viewer, tmp_path, lambda seen: expected <= seen)
    assert expected <= found <= {seat.otp.uri() for seat in SEATS}
    phone = Phone(SystemClock())
    phone.add(min(found))
    assert len(phone.code()) == 6


def test_printing_stays_on_its_sheets(open_page):
    """The handout is one page; the board and the slides are printed light, a slide on each page."""
    assert pages_of(open_page("handout.html", "dark").pdf(prefer_css_page_size=True)) == 1
    made = open_page("slides.html", "dark").pdf(prefer_css_page_size=True)
    assert pages_of(made) >= len(slides(read("07_otp_validation")))
    page = open_page("board.html", "dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_the_board_can_be_read_from_the_back_of_the_room(open_page):
    """The smallest text of the drawing is a 45th of its height; only names in squares may be a 60th."""
    page = open_page("board.html", size=(1400, 900))
    figure = page.locator("svg.mfa-figure")
    box = figure.bounding_box()
    sizes = figure.evaluate(
        """svg => [...svg.querySelectorAll("text")].map((text) => [text.textContent.trim(),
             parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a])"""
    )
    small = {text: size / box["height"] for text, size in sizes if size / box["height"] < 1 / 45}
    assert all(re.fullmatch(r"\d\d", text) for text in small), small
    assert min(size for _, size in sizes) / box["height"] > 1 / 60
    expect(figure).to_have_attribute("role", "img")
    assert "12 learners" in figure.get_attribute("aria-label")


def test_slides_by_keyboard(open_page):
    """On, back, first, last, notes; the address remembers, the status tells, the focus is on the slide's title."""
    page = open_page("slides.html")
    count = len(slides(read("07_otp_validation")))
    shown = page.locator("section.slide:visible")

    def at(number: int) -> None:
        expect(shown).to_have_count(1)
        expect(page.get_by_role("status")).to_have_text(f"{number} of {count}")
        assert page.evaluate("location.hash") == f"#{number}"
        assert page.evaluate(
            "document.activeElement.closest('section') === document.querySelector('section:not([hidden])')"
        )

    at(1)
    for key, number in [("ArrowRight", 2), (" ", 3), ("PageDown", 4), ("ArrowLeft", 3), ("PageUp", 2), ("Home", 1),
                        ("ArrowLeft", 1), ("End", count), ("ArrowRight", count)]:  # fmt: skip
        page.keyboard.press(key)
        at(number)
    page.keyboard.press("Home")
    expect(page.locator("aside:visible")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.locator("aside:visible")).to_have_count(1)
    expect(page.get_by_role("button", name="Notes")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press(" ")
    at(2)
    page.get_by_role("button", name="Back").focus()
    page.keyboard.press(" ")
    at(1)


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (640, 400)], ids=str)
def test_slides_fit_the_projector(size, open_page):
    """Each of them: nothing is cut off at the side, and what is longer than the screen can be reached by keyboard."""
    page = open_page("slides.html", size=size)
    for _ in slides(read("07_otp_validation")):
        slide = page.locator("section.slide:visible")
        wide, long = slide.evaluate(
            "element => [element.scrollWidth - element.clientWidth, element.scrollHeight - element.clientHeight]"
        )
        assert wide <= 0
        assert long <= 0 or slide.get_attribute("tabindex") == "0"
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("path", sorted(notebooks_dir().glob("*.ipynb")), ids=lambda path: path.stem)
def test_nothing_has_to_be_scrolled(path, open_page, room):
    """On a common projector each slide of each notebook is seen at once: what is too long is tagged for the notes."""
    notebook = read(str(path))
    (room / f"{path.stem}.html").write_text(slides_html(notebook))
    page = open_page(f"{path.stem}.html")
    for _ in slides(notebook):
        slide = page.locator("section.slide:visible")
        assert slide.get_attribute("tabindex") is None, slide.inner_text()[:80]
        page.keyboard.press("ArrowRight")


def test_slides_without_a_script_stand_below_each_other(browser, room):
    """All of them, with their notes."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((room / "slides.html").as_uri())
    expect(page.locator("section.slide:visible")).to_have_count(len(slides(read("07_otp_validation"))))
    context.close()


def test_a_phone_that_scanned_its_card_logs_in_at_its_seat(open_notebook, work):
    """In the real lab, in the seat's folder: the form offers the seat's account, and the code from the card's secret
    confirms the enrolment and logs in.
    """
    seat = prepare(work / "room", 1, "a test").seats[0]
    write(work / "room" / "seat-01" / "live.ipynb", SOURCE)
    card = Phone(SystemClock())
    card.add(seat.otp.uri())
    page = open_notebook("room/seat-01/live.ipynb")
    page.run_all()
    steps = Steps(page)
    expect(page.outputs.get_by_text(seat.password)).to_be_visible()
    steps.field("Name or e-mail").fill(seat.name)
    steps.field("Password").fill(seat.password)
    steps.button("Log in").click()
    steps.told("Now enrol an authenticator")
    steps.button("Show the QR code").click()
    steps.field("First code from the authenticator").fill(card.code())
    steps.button("Confirm").click()
    steps.told("The authenticator is enrolled")


SOURCE = """
from mfa_lab.lab.widgets.four_steps import FourSteps
steps = FourSteps()
room = steps.room
steps
"""


def test_a_figure_takes_the_room_there_is(open_page, room):
    """The whole width, or most of the height."""
    notebook = read("10_window_and_clock_drift")
    (room / "figures.html").write_text(slides_html(notebook))
    page = open_page("figures.html", size=(1280, 720))
    for _ in slides(notebook):
        figure = page.locator("section.slide:visible > .shown > .out svg.mfa-figure")
        if figure.count():
            wide, high, ratio = figure.evaluate(
                "it => [it.clientWidth, it.clientHeight, it.viewBox.baseVal.width / it.viewBox.baseVal.height]"
            )
            assert high * ratio > 0.98 * wide or high > 0.6 * 720
        page.keyboard.press("ArrowRight")

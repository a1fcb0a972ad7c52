"""What a reader without a kernel sees of the lessons: the committed notebooks as pages, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Page, Request

from mfa_lab.resources import notebooks_dir

from .axe import contrasts, violations

pytestmark = pytest.mark.full

PROSE = ".jp-MarkdownCell"
FACES = ".jp-OutputArea-output"
JUPYTERLABS_OWN = "link-in-text-block"
"""JupyterLab underlines no link in prose; in its dark theme their colour alone is not enough for axe."""
WITHOUT_WORDS = """img[alt=""], img[alt^="No description"]"""
"""Pictures that nobody described. axe is content with both; nbconvert writes the second where there is nothing."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One for all of them: what a page has learnt of JupyterLab's style, it need not learn again."""
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def open_page(page: Page) -> Iterator[Callable[[nbformat.NotebookNode, str], Page]]:
    """`open_page(notebook, theme)`: the notebook in JupyterLab's own style, as nbconvert makes it.

    A request to anybody fails the test: the page itself asks for nothing without MathJax and RequireJS.
    """
    asked: list[str] = []

    def saw(request: Request) -> None:
        asked.append(request.url)

    def opener(notebook: nbformat.NotebookNode, theme: str) -> Page:
        html, _ = HTMLExporter(theme=theme, mathjax_url="", require_js_url="").from_notebook_node(notebook)
        page.set_content(html)
        # The colours of source text are JupyterLab's.
        page.locator(".highlight").evaluate_all("all => all.forEach((source) => source.remove())")
        return page

    page.on("request", saw)
    yield opener
    page.remove_listener("request", saw)
    assert [url for url in asked if not url.startswith("data:")] == []


def faults(page: Page) -> list[str]:
    """What axe finds serious in outputs and prose, text under 4.5:1, and pictures without words."""
    found = violations(page, FACES)
    found += [line for line in violations(page, PROSE) if not line.startswith(JUPYTERLABS_OWN)]
    found += [f"{ratio:.1f}:1 {text}" for ratio, text in contrasts(page, f"{FACES}, {PROSE}") if ratio < 4.5]
    pictures = page.locator(WITHOUT_WORDS).evaluate_all("all => all.map((one) => one.src)")
    return found + [f"without words: {source[:60]}" for source in pictures]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lesson", sorted(notebooks_dir().glob("*.ipynb")), ids=lambda lesson: lesson.stem)
def test_every_face_is_for_everyone(lesson, theme, open_page):
    """Nothing of a committed lesson is hidden from anybody."""
    page = open_page(nbformat.read(lesson, as_version=4), theme)
    assert faults(page) == []
    assert len(contrasts(page, FACES)) > 10
    assert len(contrasts(page, PROSE)) > 20


PALE = '<p style="color: #888; background: #777">too pale, in {}</p>'
PLANTED_PROSE = {
    "![](data:image/png;base64,prose)": "without words: data:image/png;base64,prose",
    PALE.format("prose"): ":1 too pale, in prose",
}
PLANTED_FACES = [
    ("image/png", "output", "without words: data:image/png;base64,output"),
    ("text/html", '<img src="data:,html">', "without words: data:,html"),
    ("text/html", '<svg role="img"><path d="M0 0h9v9"/></svg>', "svg-img-alt"),
    ("text/html", PALE.format("an output"), ":1 too pale, in an output"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_planted_faults_are_seen(theme, open_page):
    """Pictures without words and text without contrast are found, each of them, in prose and in outputs."""
    outputs = [new_output("display_data", {kind: content}) for kind, content, _ in PLANTED_FACES]
    cells = [*map(new_markdown_cell, PLANTED_PROSE), new_code_cell("", outputs=outputs)]
    seen = faults(open_page(new_notebook(cells=cells), theme))
    signs = {*PLANTED_PROSE.values(), *(sign for *_, sign in PLANTED_FACES)}
    assert [sign for sign in signs if not any(sign in fault for fault in seen)] == [], seen

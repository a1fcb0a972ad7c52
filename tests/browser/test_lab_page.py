"""The fixtures themselves, on a small form in the real JupyterLab: what they see, and what they notice."""

import re

import pytest
from playwright.sync_api import expect

from mfa_lab.trainer.refresh import refreshed
from tests.notebooks.kit import FORM, write

pytestmark = pytest.mark.full


def test_a_form_is_live(open_notebook, work):
    """The live form stands in place of its static face; its button works by mouse and by keyboard, quietly."""
    write(work / "form.ipynb", FORM)
    page = open_notebook("form.ipynb")
    page.run_all()
    button = page.outputs.get_by_role("button", name="Log in")
    status = page.outputs.get_by_role("status")
    expect(status).to_have_text("3 attempts left")
    expect(page.outputs.get_by_text("Form with 3 attempts left")).to_have_count(0)
    button.click()
    expect(status).to_have_text("2 attempts left")
    for left, key in ((1, "Enter"), (0, "Space")):
        button.press(key)
        expect(status).to_have_text(f"{left} attempts left")
    assert page.faults == []


def test_a_committed_face_is_shown_without_a_kernel_having_run(open_notebook, work):
    """Opened but not run, the notebook shows the static face that is committed."""
    path = write(work / "face.ipynb", FORM)
    path.write_text(refreshed(path))
    page = open_notebook("face.ipynb")
    expect(page.outputs.get_by_text("Form with 3 attempts left")).to_be_visible()


def test_light_and_dark(open_notebook, work, tmp_path):
    """The theme can be switched both ways, and a screenshot shows it."""
    write(work / "theme.ipynb", "print('a line')")
    page = open_notebook("theme.ipynb")
    pictures = []
    for theme in ("dark", "light"):
        page.theme(theme)
        pictures.append(page.screenshot(tmp_path / f"{theme}.png").read_bytes())
    assert pictures[0] != pictures[1]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


PLANTED = {
    'from IPython.display import HTML\nHTML(\'<img alt="logo" src="http://logo.example.org/a.png">\')': (
        r"foreign request: http://logo\.example\.org/a\.png"
    ),
    "%%javascript\nconsole.error('planted')": "console error: planted",
    "%%javascript\nsetTimeout(() => { throw new Error('thrown') })": "page error: .*thrown",
    "%%javascript\nnew WebSocket('ws://stream.example.org/')": r"foreign request: ws://stream\.example\.org/",
}


def test_planted_faults_are_seen(open_notebook, work):
    """A request or a socket to another host, an error on the console, an exception in the page: each is a fault."""
    write(work / "planted.ipynb", *PLANTED)
    page = open_notebook("planted.ipynb")
    assert page.faults == []
    page.run_all()
    page.page.wait_for_timeout(500)
    seen = page.take_faults()
    assert [fault for fault in PLANTED.values() if not any(re.match(fault, line) for line in seen)] == [], seen

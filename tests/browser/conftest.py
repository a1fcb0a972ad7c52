"""Fixtures for the real lab: one server and one Chromium for all browser tests, a fresh page for each notebook.

They end with the last test of this folder, not with the session: Playwright's event loop would stand in the
way of every later test that runs one.
"""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.needs import requires_program
from tests.notebooks.kit import write

from .four_steps import ROOT, SOURCE, Steps
from .lab import ARTIFACTS, CHROMIUM_OPTIONS, LabPage, running_lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def browser():
    """Debian's Chromium; Playwright brings none of its own."""
    chromium = requires_program("chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def lab_folder(tmp_path_factory):
    """The folder of the lab; `work` in it holds a copy of the notebooks, for opening one writes beside it."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "work", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


@pytest.fixture(scope="package")
def lab(browser, lab_folder):
    """The address of a running JupyterLab."""
    with running_lab(lab_folder) as url:
        yield url


@pytest.fixture
def work(lab_folder):
    """The folder that the lab shows: put a notebook here to open it."""
    return lab_folder / "work"


@pytest.fixture
def open_notebook(browser, lab, lab_folder, request):
    """`open_notebook(name)` opens a notebook of `work`, kernel ready, and gives its `LabPage`.

    After the test each page is looked through: a console error, a page error or a request to another host
    fails it, unless the test has taken it with `take_faults()`.
    """
    opened: list[LabPage] = []

    def opener(name: str) -> LabPage:
        opened.append(LabPage(browser))
        opened[-1].open(lab, name)
        return opened[-1]

    yield opener
    faults = [fault for page in opened for fault in page.faults]
    if opened and (faults or request.node.stash.get(FAILED, False)):
        name = re.sub(r"\W+", "-", request.node.name)
        for number, page in enumerate(opened):
            page.screenshot(ARTIFACTS / f"{name}-{number}.png")
        shutil.copy(lab_folder / "jupyterlab.log", ARTIFACTS / f"{name}.log")
    for page in opened:
        page.close()
    assert faults == []


@pytest.fixture
def steps(open_notebook, work):
    """A notebook with the form of the four steps, open and run."""
    write(work / "steps.ipynb", SOURCE)
    page = open_notebook("steps.ipynb")
    page.run_all()
    page.outputs.locator(ROOT).wait_for()
    return Steps(page)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Notes on the test whether it failed, for the screenshot above."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report

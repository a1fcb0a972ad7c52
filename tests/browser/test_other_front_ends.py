"""The same form in Jupyter Notebook 7 and in Voila: enrolled by the phone in the page."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.browser.four_steps import ROOT, SOURCE, Steps
from tests.browser.lab import KERNEL_READY, LabPage, free_port, wait_until_up
from tests.notebooks.kit import write

pytestmark = pytest.mark.full

FRONT_ENDS = {
    "notebook": (
        ["notebook", "--allow-root", "--IdentityProvider.token=", "--JupyterNotebookApp.expose_app_in_browser=True"],
        "notebooks/steps.ipynb",
    ),
    "voila": (["voila", "steps.ipynb", "--token="], ""),
}


@contextmanager
def served(folder, options):
    """One of them, serving `folder` with settings of its own; gives its address."""
    places = (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTERLAB_SETTINGS_DIR",
        "IPYTHONDIR",
    )
    port = free_port()
    command = [sys.executable, "-m", *options, "--no-browser", f"--port={port}"]
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            stderr=output,
            env={**os.environ, **{place: str(folder / place.lower()) for place in places}},
        )
    try:
        url = f"http://localhost:{port}"
        wait_until_up(url, server, log, path="/")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_the_form_lives_there_too(name, browser, tmp_path):
    """Logged in, scanned and confirmed. Our form asks nothing from outside; Voila's own page asks for its icons."""
    options, path = FRONT_ENDS[name]
    write(tmp_path / "steps.ipynb", SOURCE)
    page = LabPage(browser)
    try:
        with served(tmp_path, options) as url:
            page.page.goto(f"{url}/{path}")
            if name == "notebook":
                page.page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext")
                page.page.evaluate(KERNEL_READY)
                page.run_all()
            page.page.locator(ROOT).wait_for()
            steps = Steps(page)
            steps.root = page.page.locator(ROOT).last
            steps.log_in()
            steps.enrol()
    finally:
        page.close()
    foreign = [fault for fault in page.faults if "foreign request" in fault]
    assert [fault for fault in foreign if name != "voila" or "/@fortawesome/" not in fault] == []

"""`mfa-lab doctor`: each fault is found where it really is one, and comes with its remedy."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mfa_lab.lab import doctor
from mfa_lab.lab.doctor import Fault, Finding, examine

SUBJECTS = ["Python", "packages", "server", "kernel", "widgets", "port", "folder", "Chromium"]


def test_all_is_well_here(tmp_path: Path):
    """In the environment of the tests nothing that the kit needs is broken, and each finding is one line."""
    findings = list(examine(tmp_path))
    assert [finding.subject for finding in findings] == SUBJECTS
    assert [str(finding) for finding in findings if finding.broken] == []
    assert all("\n" not in finding.detail for finding in findings)
    assert f"mfa-lab {importlib.metadata.version('mfa-lab')}" in findings[1].detail
    assert "jupyterlab " in findings[1].detail


def start_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what has to do with neither server nor kernel."""
    monkeypatch.setattr(doctor, "server", str)
    monkeypatch.setattr(doctor, "kernel", str)


def test_a_fault_is_one_line_and_one_line_of_remedy():
    """What is well takes one line, what is not takes two; a note is no fault."""
    assert str(Finding("port", "open")).splitlines() == ["ok     port      open"]
    for needed, sign in ((True, "FAULT"), (False, "note")):
        finding = Finding("port", "closed", "open it", needed)
        assert (finding.broken, str(finding).split()[0], len(str(finding).splitlines())) == (needed, sign, 2)
        assert str(finding).endswith("remedy: open it")


def test_an_examination_that_fails_itself_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A broken package does not keep the doctor from the rest."""
    start_nothing(monkeypatch)
    monkeypatch.setitem(sys.modules, "jupyter_core.paths", None)
    findings = {finding.subject: finding for finding in examine(tmp_path)}
    assert list(findings) == SUBJECTS
    assert findings["widgets"].broken
    assert "fresh environment" in findings["widgets"].remedy
    assert not findings["port"].broken


def test_widgets_that_jupyterlab_does_not_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A lab extension that is in none of JupyterLab's folders is named."""
    monkeypatch.setattr(doctor, "LAB_EXTENSIONS", ("anywidget", "of-nobody"))
    with pytest.raises(Fault, match="of-nobody") as fault:
        doctor.widgets()
    assert "anywidget" not in fault.value.detail


def test_a_package_that_is_missing_or_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package outside its range and one that is not there are both named, and no other."""
    described = tmp_path / "mfa_lab-9.9.dist-info"
    described.mkdir()
    asked = ["click>=8", "click<2; extra == 'lab'", "of-nobody; extra == 'phone'", "of-tests; extra == 'test'"]
    lines = ["Metadata-Version: 2.4", "Name: mfa-lab", "Version: 9.9", *(f"Requires-Dist: {each}" for each in asked)]
    (described / "METADATA").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Fault) as fault:
        doctor.packages()
    assert fault.value.detail == f"click {importlib.metadata.version('click')} is not <2, of-nobody is missing"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["no-such-python", "{connection_file}"], "no-such-python"),
        ([sys.executable, "-c", "raise SystemExit(1)"], "died"),
        ([sys.executable, "-c", "import sys; sys.modules['mfa_lab'] = None; {launch}"], "cannot import mfa_lab"),
        ([sys.executable, "-c", "import sys; sys.prefix = '/elsewhere'; {launch}"], "/elsewhere"),
    ],
)
def test_a_kernel_that_does_not_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], words: str):
    """A kernel that is not there, dies, lacks mfa_lab or runs in another environment is found by starting it."""
    launch = "from ipykernel.kernelapp import launch_new_instance as go; go(argv=['-f', sys.argv[1]])"
    argv = [part.replace("{launch}", launch) for part in argv]
    if argv[-1] != "{connection_file}":
        argv.append("{connection_file}")
    spec = tmp_path / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": argv, "display_name": "broken", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setattr(doctor, "server", str)
    finding = next(finding for finding in examine(tmp_path) if finding.subject == "kernel")
    assert finding.broken
    assert words in finding.detail


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("print('{}')", None),
        (
            'print(\'log\'); print(\'{"detail": "ServerApp.x in f: no", "remedy": "correct it"}\')',
            "ServerApp.x in f: no",
        ),
        ("import sys; sys.exit('the last words')", "JupyterLab does not start: the last words"),
        ("import os; os._exit(3)", "JupyterLab does not start: it ended with exit code 3"),
    ],
)
def test_what_the_started_server_says_is_the_finding(
    program: str, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its last line; if it dies without one, its last words."""
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **how: run([command[0], "-c", program], **how))
    if said is None:
        assert doctor.server(tmp_path / "not yet") == "JupyterLab starts"
    else:
        with pytest.raises(Fault) as caught:
            doctor.server(tmp_path)
        assert caught.value.detail == said
        assert caught.value.remedy


def test_a_folder_that_cannot_be_written_in(tmp_path: Path):
    """The nearest thing that exists is tried, be it the folder itself, one above it, or a file in the way."""
    assert str(tmp_path) in doctor.write_access(tmp_path)
    assert str(tmp_path) in doctor.write_access(tmp_path / "not" / "yet")
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "work"):
        with pytest.raises(Fault, match="Not a directory" if os.name != "nt" else ""):
            doctor.write_access(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_no_chromium_is_a_note_and_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Who only learns needs no Chromium."""
    start_nothing(monkeypatch)
    monkeypatch.setattr(doctor, "BROWSERS", ("of-nobody",))
    finding = next(finding for finding in examine(tmp_path) if finding.subject == "Chromium")
    assert (finding.broken, str(finding).startswith("note")) == (False, True)

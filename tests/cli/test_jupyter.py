"""If JupyterLab does not start, the doctor and `mfa-lab` name what is in the way, in one line without a traceback.

Each fault is a real one: a home that cannot be written, a setting in a user's own file, a module of a learner's own.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_lab.cli import jupyter
from mfa_lab.cli.jupyter import NotStarted
from tests.cli.test_cli import COMMAND, own_environment

IN_THE_WAY: dict[str, tuple[Callable[[Path], dict[str, str]], str]] = {}


def in_the_way(words: str) -> Callable[[Callable[[Path], dict[str, str]]], None]:
    """Add a fault: a function that makes it in a home and returns environment variables, and the doctor's line."""

    def add(make: Callable[[Path], dict[str, str]]) -> None:
        IN_THE_WAY[make.__name__] = (make, words)

    return add


def settings(home: Path, name: str, text: str) -> dict[str, str]:
    (home / "config").mkdir()
    (home / "config" / name).write_text(text)
    return {"JUPYTER_CONFIG_DIR": str(home / "config")}


@in_the_way("server    {home}/file/.local/share/jupyter/runtime: Not a directory")
def no_home(home: Path) -> dict[str, str]:
    (home / "file").touch()  # a folder without permission stops nobody who is root
    return {"HOME": str(home / "file"), "JUPYTER_RUNTIME_DIR": ""}


@in_the_way("server    {home}/file/run: Not a directory")
def no_runtime_folder(home: Path) -> dict[str, str]:
    (home / "file").touch()
    return {"JUPYTER_RUNTIME_DIR": str(home / "file" / "run")}


@in_the_way("server    ServerApp.preferred_dir in {home}/config/jupyter_server_config.json: /usr is outside root")
def preferred_dir(home: Path) -> dict[str, str]:
    return settings(home, "jupyter_server_config.json", json.dumps({"ServerApp": {"preferred_dir": "/usr"}}))


@in_the_way("server    ServerApp.certfile in {home}/config/jupyter_server_config.py: certfile")
def certificate(home: Path) -> dict[str, str]:
    return settings(home, "jupyter_server_config.py", 'c.ServerApp.certfile = "/nowhere.pem"\n')


@in_the_way("server    ServerApp.contents_manager_class in {home}/config/jupyter_server_config.json: The")
def missing_class(home: Path) -> dict[str, str]:
    return settings(home, "jupyter_server_config.json", '{"ServerApp": {"contents_manager_class": "of.Nobody"}}')


@pytest.mark.full
@pytest.mark.parametrize("fault", IN_THE_WAY)
def test_what_is_in_the_way_is_named(fault: str, tmp_path: Path) -> None:
    """The file, the folder or the setting; `mfa-lab` ends with 1, the doctor's line and no traceback."""
    make, words = IN_THE_WAY[fault]
    environment = {name: value for name, value in (own_environment(tmp_path) | make(tmp_path)).items() if value}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    doctor, started = run("doctor"), run("--no-browser")
    (place,) = [at for at, line in enumerate(doctor.stdout.splitlines()) if line.startswith("FAULT  server")]
    told = doctor.stdout.splitlines()[place : place + 2]
    assert (doctor.returncode, started.returncode) == (1, 1)
    assert told[0].startswith("FAULT  " + words.format(home=tmp_path))
    assert "remedy: " in told[1]
    assert started.stderr.splitlines()[-2:] == told
    assert "Traceback" not in doctor.stdout + doctor.stderr + started.stdout + started.stderr


@pytest.mark.full
@pytest.mark.parametrize("name", ["jupyter_server_config.json", "jupyter_server_config.py"])
def test_a_broken_file_of_settings_is_named_and_no_more(name: str, tmp_path: Path) -> None:
    """Jupyter starts without it. The doctor's server says so in a line with the file's name, without a traceback."""
    environment = own_environment(tmp_path) | settings(tmp_path, name, "{")
    command = [sys.executable, "-m", "mfa_lab.cli.jupyter", str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines()[-1] == "{}"
    assert str(tmp_path / "config" / name) in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.full
@pytest.mark.parametrize("module", ["pyotp.py", "pyotp/__init__.py", "sqlalchemy.py", "zxingcpp.py", "mfa_lab.py"])
def test_a_learners_own_module_is_named(module: str, tmp_path: Path) -> None:
    """Python looks first in the folder of the notebook: a file of this name takes the place of the kit's module."""
    file = tmp_path / "work" / module
    file.parent.mkdir(parents=True)
    file.write_text("raise RuntimeError('mine')\n")
    environment = own_environment(tmp_path)
    command = [COMMAND, "doctor", "--dir", "work"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    own, name = module.partition("/")[0], module.partition("/")[0].removesuffix(".py")
    assert f"FAULT  kernel    work/{own} hides the module {name}, which the kit imports" in ran.stdout
    assert f"remedy: rename {own}" in ran.stdout
    assert jupyter.own_modules(tmp_path / "work") == [(tmp_path / "work" / own, name)]


@pytest.mark.full
def test_a_learners_own_module_that_nobody_imports_is_no_fault(tmp_path: Path) -> None:
    """Helpers, and names of modules that the kit does not use, may stay."""
    for name in ("helpers.py", "test.py", "requests.py"):
        (tmp_path / name).write_text("raise RuntimeError('mine')\n")
    ran = subprocess.run(
        [COMMAND, "doctor", "--dir", "."],
        cwd=tmp_path, env=own_environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, "FAULT" in ran.stdout) == (0, False)


def test_own_modules_are_found_at_each_start(tmp_path: Path) -> None:
    """A file or a package; a folder without code, other names and the kit's own folder are none."""
    for name in ("pyotp.py", "numpy/__init__.py", "helpers.py", "matplotlib/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert jupyter.own_modules(tmp_path) == [(tmp_path / "numpy", "numpy"), (tmp_path / "pyotp.py", "pyotp")]
    assert jupyter.own_modules(Path(jupyter.__file__).parents[2]) == []


def test_jupyterlab_does_not_write_through_a_link(tmp_path: Path) -> None:
    """The folder of its layouts is in the working copy; a link there would lead elsewhere."""
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    work.mkdir()
    elsewhere.mkdir()
    (work / ".jupyter").symlink_to(elsewhere)
    with pytest.raises(NotStarted, match="is a link"):
        jupyter.run(work, None, [])
    assert list(elsewhere.iterdir()) == []


def test_the_doctor_names_a_module_that_starts_the_kernel_and_does_not_run_it(tmp_path: Path) -> None:
    """A learner's `ipykernel_launcher.py` would run in the place of the kernel."""
    (tmp_path / "ipykernel_launcher.py").write_text("open('ran', 'w')")
    ran = subprocess.run(
        [COMMAND, "doctor", "--dir", "."],
        cwd=tmp_path, env=own_environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "ipykernel_launcher.py" in ran.stdout
    assert not (tmp_path / "ran").exists()


def started(start: Callable[[], object]) -> NotStarted:
    with pytest.raises(NotStarted) as caught:
        jupyter._explained(start)
    return caught.value


def bad_config() -> None:
    """Jupyter's own way to end: a line in its log, and `sys.exit` within the handler."""
    try:
        raise ValueError("the 'port' trait is <jupyter_server.serverapp.ServerApp object at 0x7f17d500bd10>\nbad")
    except ValueError:
        raise SystemExit(1)  # noqa: B904


def exit_with_words() -> None:
    logging.getLogger("ServerApp").critical("Running as root is not recommended.")
    raise SystemExit(1)


def test_each_kind_of_end_has_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error within the handler, a word in the log, a bare error: in one line, without an address in memory."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert started(bad_config).detail.endswith("does not start: ValueError: the 'port' trait is ServerApp bad")
    assert started(exit_with_words).detail.endswith("does not start: Running as root is not recommended.")
    assert started(lambda: {}["gone"]).detail.endswith("does not start: KeyError: 'gone'")
    (tmp_path / "jupyter_server_config.py").write_text("c.ServerApp.ip = '::1'\nc.ServerApp.port = 'x'\n")
    (tmp_path / "jupyter_config.json").write_text("{")
    told = started(bad_config)
    assert told.detail.startswith(f"ServerApp.port in {tmp_path / 'jupyter_server_config.py'}: the 'port' trait")
    assert told.remedy == "correct this setting, or remove it"


@pytest.mark.parametrize("variable", ["JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"])
def test_a_folder_comes_with_the_setting_that_moves_it(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the folder itself or one below it is in the way."""
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for place in (tmp_path / variable, tmp_path / variable / "lab" / "file"):
        told = started(lambda place=place: os.open(place / "none", os.O_RDONLY))
        assert told.detail == f"{place / 'none'}: No such file or directory"
        assert variable in told.remedy


def test_a_wished_end_is_no_fault() -> None:
    """As after --version. The log is left as it was."""
    make = logging.getLogRecordFactory()
    with pytest.raises(SystemExit):
        jupyter._explained(lambda: (_ for _ in ()).throw(SystemExit(0)))
    assert jupyter._explained(lambda: None) is None
    assert logging.getLogRecordFactory() is make

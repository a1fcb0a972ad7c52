"""Start JupyterLab for `mfa-lab`. If it does not start, name the obstacle in one sentence.

The doctor runs `python -m mfa_lab.cli.jupyter DIR` in a separate process, which starts JupyterLab on a free port and
stops it at once. The last line of the output reports the result as JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

_KIT_IMPORTS = [
    "IPython",
    "PIL",
    "alembic",
    "anywidget",
    "argon2",
    "cryptography",
    "fastapi",
    "fido2",
    "httpx",
    "ipykernel_launcher",
    "ipywidgets",
    "jinja2",
    "matplotlib",
    "mfa_lab",
    "numpy",
    "pydantic",
    "pyotp",
    "qrcode",
    "sqlalchemy",
    "starlette",
    "traitlets",
    "uvicorn",
    "zxingcpp",
]
_SETTING = re.compile(r"^\s*c\.(\w+\.\w+)\s*=\s*(.+?)\s*$", re.MULTILINE)
_DEBUG = "run `mfa-lab -- --debug` to see Jupyter's full output"


class NotStarted(Exception):
    """Report that JupyterLab does not start: what the obstacle is, and what to do about it."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail, remedy)
        self.detail = " ".join(detail.split())
        self.remedy = remedy


def prepare_environment() -> None:
    """Make Jupyter prefer this environment's kernel to a user's kernel of the same name, and read our settings.

    A kernel runs the file that PYTHONSTARTUP names. If the user has set this variable, its value is kept, and only
    the setup cell loads the kit's messages.
    """
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    ours = str(Path(__file__).with_name("jupyter_config"))
    os.environ.setdefault("PYTHONSTARTUP", str(Path(ours) / "kernel_startup.py"))
    theirs = os.environ.get("JUPYTER_CONFIG_PATH")
    if ours not in (theirs or "").split(os.pathsep):
        os.environ["JUPYTER_CONFIG_PATH"] = f"{theirs}{os.pathsep}{ours}" if theirs else ours


def run(folder: Path, notebook: str | None, given: list[str]) -> None:
    """Run JupyterLab in `folder` until Ctrl-C. Raises `NotStarted`, unless `given` asks for all details.

    Jupyter rejects a setting that is given twice, so the settings in `given` replace ours.
    """
    prepare_environment()

    from jupyterlab.labapp import LabApp

    logging.getLogger("asyncio").addFilter(is_worth_showing)
    settings = arguments(folder, notebook, given)
    if "--debug" in given:
        LabApp.launch_instance(settings)
    else:
        _explained(lambda: LabApp.launch_instance(settings))


def own_modules(folder: Path) -> list[tuple[Path, str]]:
    """Return the files and folders in `folder` that have the name of a module that the kit needs.

    In a notebook in `folder`, Python would import such a file instead of the module. The doctor finds such files
    more precisely in a kernel, but a kernel takes too long for every start.
    """
    found = []
    for name in _KIT_IMPORTS:
        for path, code in ((folder / name, folder / name / "__init__.py"), (folder / f"{name}.py",) * 2):
            if code.is_file():
                spec = find_spec(name)  # in a clone of the kit, its own folder is the module itself
                if spec is None or spec.origin is None or not code.samefile(spec.origin):
                    found.append((path, name))
    return found


def start_once(folder: Path) -> None:
    """Start JupyterLab in `folder` as `run` does, but without a browser, and stop it at once. Raises `NotStarted`."""
    prepare_environment()

    from jupyterlab.labapp import LabApp

    def start() -> None:
        server = LabApp.initialize_server(arguments(folder, None, ["--no-browser", "--ServerApp.port=0"]))
        server.io_loop.add_callback(server.stop)
        server.start()

    _explained(start)


def _explained(start: Callable[[], object]) -> None:
    """Call `start`, and raise any error of Jupyter's as `NotStarted`.

    An exit that the user wants, such as after --version, is not an error.

    Until the server runs, tracebacks are removed from its log, because the lines above them already name the broken
    file or setting.
    """
    grave: list[str] = []
    make = logging.getLogRecordFactory()

    def note(*arguments: Any, **more: Any) -> logging.LogRecord:
        record = make(*arguments, **more)
        if record.levelno >= logging.CRITICAL and not grave:
            grave.append(record.getMessage())
        if asyncio._get_running_loop() is None:
            record.exc_info = None
        return record

    logging.setLogRecordFactory(note)
    try:
        start()
    except SystemExit as end:
        if not end.code:
            raise
        cause = end.__context__ if isinstance(end.__context__, Exception) else Exception(*grave)
    except Exception as error:  # noqa: BLE001 (every error of Jupyter is reported in one line)
        cause = error
    else:
        return
    finally:
        logging.setLogRecordFactory(make)
    raise _in_the_way(cause)


def _in_the_way(error: Exception) -> NotStarted:
    """Return an error that names the file, the folder or the setting that `error` is about."""
    said = re.sub(r"<[\w.]*?(\w+) object at 0x\w+>", r"\1", str(error)) or type(error).__name__
    if isinstance(error, OSError) and isinstance(error.filename, str | bytes | os.PathLike):
        place = os.fsdecode(error.filename)
        setting = _setting_of_folder(place)
        return NotStarted(
            f"{place}: {error.strerror}", f"let this user write there, or name another folder in {setting}"
        )
    for setting, value, file in _settings():
        name = setting.rpartition(".")[2]
        if re.search(rf"\b{re.escape(name)}\b", said) or (len(value) > 2 and value in said):
            return NotStarted(f"{setting} in {file}: {said}", "correct this setting, or remove it")
    kind = "" if type(error) is Exception else f"{type(error).__name__}: "
    return NotStarted(f"Jupyter does not start: {kind}{said}", _DEBUG)


def _setting_of_folder(place: str) -> str:
    """Return the environment variable that moves the Jupyter folder to which `place` belongs."""
    from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir

    runtime = os.environ.get("JUPYTER_RUNTIME_DIR") or os.path.join(jupyter_data_dir(), "runtime")  # noqa: PTH118
    folders = {
        "JUPYTER_RUNTIME_DIR": runtime,
        "JUPYTER_DATA_DIR": jupyter_data_dir(),
        "JUPYTER_CONFIG_DIR": jupyter_config_dir(),
    }
    inside = (name for name, folder in folders.items() if Path(place) in (Path(folder), *Path(folder).parents))
    return next(inside, None) or next(
        (name for name, folder in folders.items() if Path(folder) in Path(place).parents), "HOME"
    )


def _settings() -> Iterator[tuple[str, str, Path]]:
    """Yield each Jupyter setting in a user's own files: its name, its value as text, and the file."""
    from jupyter_core.paths import jupyter_config_path

    for folder in (Path.cwd(), *map(Path, jupyter_config_path())):
        for file in sorted(folder.glob("jupyter*_config.*")):
            try:
                text = file.read_text("utf-8")
                if file.suffix == ".py":
                    yield from ((name, value.strip("\"'"), file) for name, value in _SETTING.findall(text))
                elif file.suffix == ".json":
                    for group, pairs in json.loads(text).items():
                        yield from ((f"{group}.{name}", str(value), file) for name, value in pairs.items())
            except (OSError, ValueError, AttributeError, RecursionError):
                continue  # Jupyter itself reports this file, and starts without it


def is_worth_showing(record: logging.LogRecord) -> bool:
    """Return whether a log record of asyncio contains something that a user can act on.

    After Ctrl-C, Jupyter closes its listening socket from a second thread. If a connection arrives at this moment,
    Tornado's handler is already gone, and asyncio logs a KeyError although nothing is wrong.
    """
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, KeyError):
        return True
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame.f_code.co_name != "_handle_events"


def arguments(folder: Path, notebook: str | None, given: list[str]) -> list[str]:
    """Return the kit's settings of JupyterLab as arguments, and then those in `given`, which replace ours.

    Raises `NotStarted` if JupyterLab would write through a link.
    """
    for link in (folder / ".jupyter", folder / ".jupyter" / "workspaces"):
        if link.is_symlink():
            raise NotStarted(f"{link} is a link, and JupyterLab would write to its target", "remove the link")
    named = {argument.partition("=")[0] for argument in given}
    settings = _lab_settings(folder, notebook) | _encrypted_kernels()
    return [*(f"--{name}={value}" for name, value in settings.items() if f"--{name}" not in named), *given]


def _lab_settings(folder: Path, notebook: str | None) -> dict[str, object]:
    return {
        "ServerApp.root_dir": folder,
        "LabApp.default_url": f"/lab/tree/{quote(notebook)}" if notebook else "/lab",
        # The layout belongs to this folder, because tabs of other projects do not exist here.
        "LabApp.workspaces_dir": folder / ".jupyter" / "workspaces",
        # One Ctrl-C ends JupyterLab, without a question.
        "ServerApp.answer_yes": True,
        # JupyterLab listens only on this machine and asks for a token. In containers, users are often root.
        "ServerApp.allow_root": True,
        # Nothing leaves the machine: no list of extensions, no news, no search for updates. jupyter_config/ answers
        # the question about news.
        "LabApp.extension_manager": "readonly",
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
    }


def _encrypted_kernels() -> dict[str, object]:
    """Return the setting that encrypts the connection between JupyterLab and its kernels.

    Without this setting, ipykernel warns at every start that the kernel runs over TCP without encryption. The setting
    is omitted if the installed Jupyter or ZeroMQ does not know it, because Jupyter would then not start.
    """
    import zmq
    from jupyter_client.manager import KernelManager
    from jupyter_server.services.kernels.kernelmanager import MappingKernelManager

    trait = "transport_encryption"
    known = all(trait in manager.class_trait_names() for manager in (KernelManager, MappingKernelManager))
    return {f"MappingKernelManager.{trait}": "auto"} if known and zmq.has("curve") else {}


def main(folder: str) -> None:
    """Start JupyterLab once, and print the result as the last line."""
    try:
        start_once(Path(folder))
    except NotStarted as fault:
        answer = {"detail": fault.detail, "remedy": fault.remedy}
    else:
        answer = {}
    sys.stdout.write(f"{json.dumps(answer)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The `mfa-lab` command: the real one, in a process of its own, with a real JupyterLab."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import psutil
import pytest
from click.testing import CliRunner
from jupyter_client.blocking.client import BlockingKernelClient
from tornado.ioloop import IOLoop

from mfa_lab import __version__
from mfa_lab.cli.group import main
from mfa_lab.cli.jupyter import is_worth_showing
from mfa_lab.lab.grading.progress import attempted
from mfa_lab.lab.grading.progress_file import FILE, Store
from mfa_lab.lab.working_copy import MANIFEST, first_notebook, kit_files
from mfa_lab.resources import notebooks_dir
from tests.needs import missing, requires_program

START_SECONDS = 60
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
COMMAND = shutil.which("mfa-lab", path=str(Path(sys.executable).parent)) or "mfa-lab"


@dataclass
class Lab:
    """A running `mfa-lab`."""

    process: subprocess.Popen[str]
    log: Path
    home: Path
    url: str = ""

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.url).query)["token"][0]

    def ask(self, path: str, body: object = None, method: str | None = None) -> bytes:
        """What the server answers at `path`; a POST where there is a body and no other method."""
        parts = urlsplit(self.url)
        address, headers = f"{parts.scheme}://{parts.netloc}{path}", {"Authorization": f"token {self.token}"}
        request = Request(address, headers=headers, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
        with urlopen(request, timeout=START_SECONDS) as answer:
            return answer.read()


def own_environment(home: Path) -> dict[str, str]:
    """This environment with a home of its own, so that no setting of anyone who runs the tests plays a part.

    A user's own kernels come first in it, as they do where an administrator installed the kit.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    own = {"HOME": str(home), "USERPROFILE": str(home), "BROWSER": str(fake_browser(home))}
    return environment | own | {"JUPYTER_PREFER_ENV_PATH": "0", "JUPYTER_RUNTIME_DIR": str(home / "runtime")}


def fake_browser(home: Path) -> Path:
    """A web browser that only notes down the page it was given: the file that leads on to the server.

    Its address begins with file:/// up to Python 3.13, and with file:/ from 3.14 on.
    """
    program = home / "browser"
    copy = f'cp "${{page#//}}" {home}/opening && mv {home}/opening {home}/opened'
    program.write_text(f"#!/bin/sh\npage=${{1#file:}}\n{copy}\n")
    program.chmod(0o755)
    return program


def terminal() -> int:
    """A terminal for a program to read from. Skips the test if the machine gives none, as in a chroot without pts."""
    try:
        return os.openpty()[1]
    except OSError as error:
        missing(f"this machine gives no pseudo-terminal ({error}): mount /dev/pts")


@contextmanager
def running_lab(
    home: Path, *arguments: str, command: Sequence[str] = (COMMAND,), stdin: int = subprocess.DEVNULL
) -> Iterator[Lab]:
    """`mfa-lab` with these arguments, in the folder `home`, from when it listens where it says it does."""
    log = home / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=home,
            env=own_environment(home),
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    with process:
        try:
            lab = Lab(process, log, home)
            # Jupyter prints the number if the machine cannot look up localhost, as a bare Debian 12 cannot.
            address = r"http://(?:localhost|127\.0\.0\.1):\d+\S+"
            lab.url = wait_for(lambda: re.search(address, log.read_text()), lab)[0]
            wait_for(lambda: listens(lab.url), lab)  # Jupyter prints the address a moment earlier
            yield lab
        finally:
            process.kill()


def listens(url: str) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", urlsplit(url).port)) == 0


def wait_for(question, lab: Lab, seconds: float = START_SECONDS):
    """Ask until the answer is true; the log is told where it never becomes so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.02)
    pytest.fail(f"not within {seconds} s:\n{lab.log.read_text()}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as a learner starts it, but for a port that somebody else has already."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        home = tmp_path_factory.mktemp("home")
        kernel = home / ".local/share/jupyter/kernels/python3/kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.write_text(json.dumps({"argv": ["somebody-elses-python"], "display_name": "x", "language": "python"}))
        with running_lab(home, "--port", str(port)) as lab:
            assert urlsplit(lab.url).port != port
            yield lab


def test_the_page_answers(lab: Lab):
    """The address that is printed leads to JupyterLab, though the wished-for port was in use."""
    assert b"JupyterLab" in lab.ask("/lab")


def test_the_browser_is_sent_to_the_first_notebook(lab: Lab):
    """What the browser is told to open leads to the first notebook, which is there to be opened."""
    wait_for((lab.home / "opened").exists, lab)
    target = re.search(r'href="(http://[^"]+)"', (lab.home / "opened").read_text())
    first = first_notebook(notebooks_dir())
    assert target is not None
    assert urlsplit(target[1]).path == f"/lab/tree/{first}"
    assert json.loads(lab.ask(f"/api/contents/{first}"))["type"] == "notebook"


def test_the_working_copy_is_in_the_current_folder(lab: Lab):
    """Without DIR the notebooks are in ./mfa-lab-work."""
    assert kit_files(lab.home / "mfa-lab-work") == kit_files(notebooks_dir())
    assert (lab.home / "mfa-lab-work" / MANIFEST).is_file()


def test_a_users_own_kernel_does_not_take_the_place_of_ours(lab: Lab):
    """A kernel named python3 in the user's home is passed over: it would not know mfa_lab."""
    found = json.loads(lab.ask("/api/kernelspecs"))["kernelspecs"]["python3"]["spec"]["argv"]
    assert found[0] != "somebody-elses-python"


def test_news_updates_and_extension_lists_are_off(lab: Lab):
    """Neither the page nor the server asks anyone outside for anything, whatever the page asks for."""
    settings = json.loads(lab.ask("/lab/api/settings/@jupyterlab/apputils-extension:notification"))
    defaults = {name: trait["default"] for name, trait in settings["schema"]["properties"].items()}
    assert (defaults["fetchNews"], defaults["checkForUpdates"]) == ("false", False)
    assert json.loads(lab.ask("/lab/api/news")) == {"news": []}
    assert json.loads(lab.ask("/lab/api/update")) == {"notification": None}
    page = re.search(rb'<script id="jupyter-config-data"[^>]*>(.*?)</script>', lab.ask("/lab"), re.DOTALL)
    assert page is not None
    config = json.loads(page[1])
    assert (config["extensionManager"]["name"], config["news"]) == ("read-only", {"disabled": True})


def test_the_server_looks_nobody_up(tmp_path: Path):
    """Asked for news, updates and extensions, the server resolves no name but this machine's."""
    spied = (
        "import sys; sys.addaudithook(lambda event, about: event == 'socket.getaddrinfo' and "
        "print('LOOKED UP', about[0], file=sys.stderr)); from mfa_lab.cli.group import main; main()"
    )
    command = [sys.executable, "-c", spied, "start"]
    with running_lab(tmp_path, "--no-browser", "--port", "0", command=command) as lab:
        for path in ("/lab/api/news", "/lab/api/update", "/lab/api/extensions?query=totp"):
            lab.ask(path)
        looked_up = set(re.findall(r"LOOKED UP (.*)", lab.log.read_text()))
    assert looked_up <= {"localhost", "127.0.0.1", "::1", "None", ""}


def test_nothing_is_written_into_the_users_jupyter_settings(lab: Lab):
    """The layout of the page is kept in the working copy, so that of other projects stays as it was."""
    lab.ask("/lab/api/workspaces/default", {"data": {}, "metadata": {"id": "default"}}, method="PUT")
    assert not (lab.home / ".jupyter" / "lab").exists()
    assert len(list((lab.home / "mfa-lab-work" / ".jupyter" / "workspaces").iterdir())) == 1


def start_kernel(lab: Lab, code: str) -> str:
    """Start a kernel, and give it this to do as soon as it is ready. Returns its id."""
    started = json.loads(lab.ask("/api/kernels", {"name": "python3"}))
    client = BlockingKernelClient(connection_file=str(lab.home / "runtime" / f"kernel-{started['id']}.json"))
    client.load_connection_file()
    client.start_channels(iopub=False, stdin=False, hb=False, control=False)
    client.kernel_info()
    client.get_shell_msg(timeout=START_SECONDS)
    client.execute(code)
    client.stop_channels()
    return str(started["id"])


def test_the_connection_to_a_kernel_is_encrypted(lab: Lab):
    """The learner reads no warning of a kernel that runs over TCP without encryption, because it is encrypted."""
    kernel = start_kernel(lab, "1 + 1")
    connection = json.loads((lab.home / "runtime" / f"kernel-{kernel}.json").read_text())
    lab.ask(f"/api/kernels/{kernel}", method="DELETE")
    assert connection["curve_publickey"]
    assert "without encryption" not in lab.log.read_text()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
@pytest.mark.parametrize("code", ["1 + 1", "while True: pass"])
def test_one_ctrl_c_ends_it_and_its_kernels(tmp_path: Path, code: str):
    """One SIGINT, no question asked: server and kernel, idle or busy, are gone within seconds."""
    with running_lab(tmp_path, "--no-browser", "--port", "0", stdin=terminal()) as lab:
        start_kernel(lab, code)
        kernels = psutil.Process(lab.process.pid).children(recursive=True)
        assert kernels != []
        lab.process.send_signal(signal.SIGINT)
        assert lab.process.wait(timeout=10) == 0
        assert psutil.wait_procs(kernels, timeout=5)[1] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_ctrl_c_is_quiet(tmp_path: Path):
    """In a terminal, where Jupyter would ask y or n, nothing is asked, and the end is no traceback."""
    with running_lab(tmp_path, "--no-browser", "--port", "0", stdin=terminal()) as lab:
        lab.process.send_signal(signal.SIGINT)
        assert lab.process.wait(timeout=10) == 0
    assert "Shut down this Jupyter server" not in lab.log.read_text()
    assert "Traceback" not in lab.log.read_text()


def test_a_connection_during_ctrl_c_leaves_no_traceback(caplog: pytest.LogCaptureFixture):
    """The KeyError that Tornado raises for a socket just closed is not shown; any other KeyError is."""

    async def late_connection(fault: Callable[[IOLoop], object]) -> None:
        asyncio.get_running_loop().call_soon(fault, IOLoop.current())
        await asyncio.sleep(0)

    log = logging.getLogger("asyncio")
    for fault, shown in ((lambda loop: loop._handle_events(-1, IOLoop.READ), 0), (lambda _: {}[-1], 1)):
        asyncio.run(late_connection(fault))
        assert len(caplog.records) == 1, "without the filter, asyncio logs either"
        caplog.clear()
        log.addFilter(is_worth_showing)
        try:
            asyncio.run(late_connection(fault))
        finally:
            log.removeFilter(is_worth_showing)
        assert len(caplog.records) == shown
        caplog.clear()


def test_no_browser_and_a_folder_with_a_difficult_name(tmp_path: Path):
    """--no-browser opens none; a name with spaces, an apostrophe and an accent is a folder like any other."""
    with running_lab(tmp_path, "Cours d'été", "--no-browser", "--port", "0") as lab:
        assert b"JupyterLab" in lab.ask("/lab")
        assert kit_files(tmp_path / "Cours d'été") == kit_files(notebooks_dir())
    assert not (tmp_path / "opened").exists()


def test_what_follows_two_hyphens_reaches_jupyterlab(tmp_path: Path):
    """A trainer's own Jupyter argument is taken, and wins over the kit's."""
    own = ["--ServerApp.base_url=/room/", "--LabApp.default_url=/lab/tree/mine.ipynb"]
    with running_lab(tmp_path, "--no-browser", "--port", "0", "--", *own) as lab:
        assert urlsplit(lab.url).path == "/room/lab/tree/mine.ipynb"


def test_starting_loads_no_server(tmp_path: Path):
    """Up to JupyterLab's own start, neither the server's side nor what the notebooks draw with is imported."""
    program = (
        "import sys; from mfa_lab.cli.group import main\n"
        "try: main([sys.argv[1], '--', '--version'])\n"
        "except SystemExit: pass\n"
        "heavy = {'mfa_lab.server', 'mfa_lab.lab.doctor', 'sqlalchemy', 'pyotp', 'matplotlib', 'IPython'}\n"
        "print(sorted(heavy & set(sys.modules)), 'jupyterlab.labapp' in sys.modules)\n"
    )
    said = run([sys.executable, "-c", program, "work"], tmp_path)
    assert said.stdout.splitlines()[-1] == "[] True", said.stderr


def test_version(tmp_path: Path):
    """The version is the package's."""
    assert run([COMMAND, "--version"], tmp_path).stdout == f"mfa-lab, version {__version__}\n"


def test_doctor_is_content_here(tmp_path: Path):
    """The environment of the tests has all that the kit needs."""
    said = run([COMMAND, "doctor"], tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert "FAULT" not in said.stdout


def run(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=home, env=own_environment(home), capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments, prog_name="mfa-lab")
    return result.exit_code, result.output


def test_a_first_word_that_is_no_command_is_the_folder(here: Path):
    """`mfa-lab DIR` needs no command, wherever the options stand; ./doctor is a folder, doctor a command."""
    for arguments in (["one", "--copy-only"], ["--copy-only", "two"], ["start", "three", "--copy-only"]):
        assert invoke(*arguments)[0] == 0
    code, said = invoke("doctro")[:2]
    assert code == 2
    assert "did you mean 'doctor'" in said
    assert not Path("doctro").exists()
    assert invoke("./doctor", "--copy-only")[0] == 0
    assert {path.name for path in here.iterdir()} == {"one", "two", "three", "doctor"}


def test_a_changed_notebook_is_kept_and_said_so(here: Path):
    """The second start names, in a sentence, what was kept and how to get the newer version."""
    name = first_notebook(notebooks_dir())
    assert name is not None
    assert f"New here: {', '.join(kit_files(notebooks_dir()))}" in invoke("--copy-only")[1]
    (here / "mfa-lab-work" / name).write_text("mine")
    (here / "mfa-lab-work" / MANIFEST).unlink()  # as if an older kit had delivered it
    assert (
        f"{name} is kept as you changed it; to get the kit's newer version, run `mfa-lab reset {name}`."
        in invoke("--copy-only")[1]
    )


def test_reset_says_where_the_old_copy_is(here: Path):
    """Reset of one, reset of all with nothing to do, reset of an unknown one: each a sentence."""
    name = first_notebook(notebooks_dir())
    assert name is not None
    invoke("elsewhere", "--copy-only")
    (here / "elsewhere" / name).write_text("mine")
    kept = name.replace(".ipynb", ".kept-1.ipynb")
    arguments = ("reset", name.removesuffix(".ipynb"), "--dir", "elsewhere")
    assert invoke(*arguments) == (0, f"{name} has the kit's version again; your copy is kept as {kept}\n")
    assert (here / "elsewhere" / kept).read_text() == "mine"
    assert invoke("reset", "--dir", "elsewhere") == (0, "Nothing to do: every notebook is unchanged.\n")
    code, output = invoke("reset", "nonsense", "--dir", "elsewhere")
    assert (code, name in output, "Traceback" in output) == (1, True, False)


def test_progress_is_shown_and_exported(here: Path):
    """Nothing yet; then the map of that folder; `--export` writes a file named after the pseudonym, or as told."""
    invoke("work", "--copy-only")
    nothing = invoke("progress", "--dir", "work")
    assert nothing[0] == 0
    assert nothing[1].startswith("No marks yet. ")
    Store(here / "work").update(attempted("dynamic-truncation", done=True))
    assert "  ✓ Dynamic truncation (done)\n" in invoke("progress", "--dir", "work")[1]
    for _ in range(2):
        code, output = invoke("progress", "--dir", "work", "--export")
        (written,) = here.glob("mfa-lab-progress-learner-*.json")
        assert (code, written.name in output) == (0, True)
    assert invoke("progress", "--export", "mine.json", "--dir", "work")[0] == 0
    assert (here / "mine.json").read_text() == written.read_text()
    assert list(json.loads(written.read_text())["exercises"]) == ["dynamic-truncation"]
    assert {path.name for path in here.iterdir()} == {"work", "mine.json", written.name}


def test_progress_before_anything_was_done_can_be_exported(here: Path):
    """A seat that has not begun is on the class's picture as well, always under the same pseudonym."""
    invoke("work", "--copy-only")
    for name in ("one.json", "two.json"):
        assert invoke("progress", "--dir", "work", "--export", name)[0] == 0
    assert (here / "one.json").read_text() == (here / "two.json").read_text()
    assert json.loads((here / "one.json").read_text())["exercises"] == {}


@pytest.mark.parametrize(
    ("name", "words"), [("mine", "already exists and has other content"), ("mine/below", "cannot write mine/below")]
)
def test_an_export_overwrites_nothing_else(here: Path, name: str, words: str):
    """A file that is no export stays as it is; a place that cannot be written is told in a sentence."""
    (here / "mine").write_text("mine")
    invoke("work", "--copy-only")
    code, output = invoke("progress", "--dir", "work", "--export", name)
    assert (code, words in output) == (1, True)
    assert (here / "mine").read_text() == "mine"


def test_a_damaged_progress_file_is_told(here: Path):
    """Showing changes nothing; exporting puts it aside, says so instead of writing, and works the next time."""
    invoke("work", "--copy-only")
    (here / "work" / FILE).write_text("{")
    code, output = invoke("progress", "--dir", "work")
    assert (code, f"{FILE} cannot be read" in output) == (0, True)
    assert (here / "work" / FILE).read_text() == "{"
    code, output = invoke("progress", "--dir", "work", "--export", "mine.json")
    assert (code, "kept as .mfa-lab-progress.kept-1.json" in output) == (1, True)
    assert invoke("progress", "--dir", "work", "--export", "mine.json")[0] == 0
    assert "is kept as .mfa-lab-progress.kept-1.json" in invoke("progress", "--dir", "work")[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["progress"], "no working copy"),
        (["taken"], "taken is not a folder"),
        (["taken/below"], "Not a directory"),
        (["reset"], "no working copy"),
        (["--port", "70000"], "70000"),
        (["--port", "eight"], "eight"),
        (["one", "two"], "two"),
    ],
)
def test_refusals_are_one_sentence(here: Path, arguments: list[str], words: str):
    """A wrong folder, port or word ends with a sentence and a code other than 0, and starts nothing."""
    (here / "taken").write_text("mine")
    code, output = invoke(*arguments)
    assert code != 0
    assert words in output
    assert [path.name for path in here.iterdir()] == ["taken"]


@pytest.mark.full
def test_the_page_asks_nobody_outside_and_shows_no_pop_up(lab: Lab):
    """In a real browser the first notebook opens, every request goes to this machine, and no pop-up appears."""
    from playwright.sync_api import sync_playwright

    chromium = requires_program("chromium")
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(lab.url)
        page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
        page.wait_for_timeout(3_000)  # the question about news comes once the page is at rest
        pop_ups = page.locator(".Toastify__toast").all_inner_texts()
        browser.close()
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(lab.url).hostname}
    assert [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url] == []
    assert pop_ups == []

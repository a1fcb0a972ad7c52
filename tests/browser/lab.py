"""One JupyterLab, one Chromium, and the page of one notebook in it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, WebSocket

ARTIFACTS = Path(__file__).parents[2] / "ci-artifacts"
START_TIMEOUT_SECONDS = 60
OWN_HOSTS = {"127.0.0.1", "localhost", "shop.localhost"}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
CHROMIUM_OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for, nothing leaves the machine. The request is still seen, and fails the test.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
]
# What JupyterLab 4.6 itself writes to the console as an error. Keep it empty if at all possible.
ALLOWED_CONSOLE_ERRORS: tuple[str, ...] = ()

KERNEL_READY = """async () => {
    await jupyterapp.restored;
    const { sessionContext } = jupyterapp.shell.currentWidget;
    await sessionContext.ready;
    await sessionContext.session.kernel.info;
}"""


@contextmanager
def running_lab(folder: Path) -> Iterator[str]:
    """A JupyterLab that serves `folder/work` with settings of its own; gives its address."""
    (folder / "work").mkdir(exist_ok=True)
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"]
    command += ["--MappingKernelManager.transport_encryption=auto"]  # as `mfa-lab` starts it
    log = folder / "jupyterlab.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={folder / 'work'}"],
            stdout=output,
            stderr=output,
            env={**os.environ, **{name: str(folder / place) for name, place in places.items()}},
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(url, server, log)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path, path: str = "/api/status") -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}{path}", timeout=20):
                return
        except (URLError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


class LabPage:
    """One notebook, open in JupyterLab with its kernel ready. `faults` collects what must not happen."""

    def __init__(self, browser: Browser) -> None:
        self.faults: list[str] = []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.context.on("request", self._saw_request)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._saw_message)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("websocket", self._saw_socket)

    def open(self, url: str, notebook: str) -> None:
        """Open `notebook` in the lab at `url`, and wait for its kernel: until then Run All silently does nothing."""
        workspace = f"test-{time.monotonic_ns()}"  # of its own, so that nothing of an earlier page comes back
        self.page.goto(f"{url}/lab/workspaces/{workspace}/tree/{notebook}")
        self._wait_for_kernel()

    def reload(self) -> None:
        """Load the page again; the kernel goes on."""
        self.page.reload()
        self._wait_for_kernel()

    def wait_until_saved(self) -> None:
        """Return when the notebook's file is as the page shows it; a test that never saves waits for the page to."""
        self.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")

    def _wait_for_kernel(self) -> None:
        self.page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext")
        self.page.evaluate(KERNEL_READY)

    def run_all(self) -> None:
        """Run every cell, and return when the last one has ended."""
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")

    def theme(self, name: str) -> None:
        """Switch to `light` or `dark`, and return when the page shows it."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", THEMES[name])
        self.page.wait_for_selector(f"body[data-jp-theme-name='{THEMES[name]}']", state="attached")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")  # it covers the page while themes change

    @property
    def outputs(self) -> Locator:
        """The outputs alone: text sought in the page would also be found in the source of a cell."""
        return self.page.locator(".jp-OutputArea-output")

    def screenshot(self, path: Path) -> Path:
        """What is on the screen, as a PNG at `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)
        return path

    def take_faults(self) -> list[str]:
        """The faults so far, which the test has looked at and which do not count any more."""
        taken, self.faults = self.faults, []
        return taken

    def close(self) -> None:
        self.context.close()

    def _saw_request(self, request: Request) -> None:
        self._saw_address(request.url)

    def _saw_socket(self, web_socket: WebSocket) -> None:
        self._saw_address(web_socket.url)

    def _saw_address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in OWN_HOSTS:
            self.faults.append(f"foreign request: {url}")

    def _saw_message(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(allowed in message.text for allowed in ALLOWED_CONSOLE_ERRORS):
            self.faults.append(f"console error: {message.text} ({message.location.get('url', '')})")

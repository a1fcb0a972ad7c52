"""The forms in the real JupyterLab: from the click to the answer on the screen, and from Run All to the forms."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from benchmarks.harness import Row, interleaved, ratio_row
from tests.browser.lab import CHROMIUM_OPTIONS, LabPage, running_lab
from tests.notebooks.kit import write

FORM = """
from mfa_lab.lab.room import live_room
from mfa_lab.lab.widgets.forms import LoginForm, OtpForm, RegisterForm

room = live_room()
account = {"name": "demo@example.org", "password": "demo only: bees and doors"}
RegisterForm(room).submit(**account)
LoginForm(room).submit(**account)
OtpForm(room)
"""
BARE = """
import ipywidgets

count, label, button = [0], ipywidgets.HTML("<p>0</p>"), ipywidgets.Button(description="Press")

def press(_):
    count[0] += 1
    label.value = f"<p>{count[0]}</p>"

button.on_click(press)
ipywidgets.VBox([ipywidgets.Text(description="Code"), button, label])
"""
FOUR_STEPS = "from mfa_lab.lab.widgets.four_steps import FourSteps\nFourSteps()"
TEN = "import ipywidgets\nipywidgets.VBox([ipywidgets.Text(description=str(number)) for number in range(10)])"

MACHINE = """
from mfa_lab.lab.widgets.phone_panel import PhonePanel
from mfa_lab.lab.widgets.time_machine import TimeMachine

machine = TimeMachine()
panel = PhonePanel(machine.room, lambda code: "")
"""
SLIDER = """
import io
import ipywidgets
from matplotlib.figure import Figure

picture, slider = ipywidgets.Image(), ipywidgets.IntSlider(description="skew", min=-120, max=120)

def redraw(_=None):
    buffer = io.BytesIO()
    figure = Figure()
    figure.add_subplot()
    figure.savefig(buffer, format="png", metadata={"Comment": str(slider.value)})  # the same bytes would not be sent
    picture.value = buffer.getvalue()

slider.observe(redraw, "value")
redraw()
ipywidgets.VBox([slider, picture])
"""

# From `act` to the first frame after a change `seen` at an element; `then` can wait for more. In seconds.
_SHOWN = """const shown = (at, seen, act, then = () => {}) => new Promise((resolve, reject) => {
    setTimeout(() => reject("nothing shown"), 10000);
    const observer = new MutationObserver(async () => {
        observer.disconnect();
        await then();
        requestAnimationFrame(() => resolve((performance.now() - start) / 1000));
    });
    observer.observe(at, seen);
    const start = performance.now();
    act();
});"""
_CLICK = f"""([button, answer]) => {{
    {_SHOWN}
    const output = [...document.querySelectorAll(".jp-OutputArea-output")].at(-1);
    const seen = {{ childList: true, subtree: true, characterData: true }};
    return shown(output.querySelector(answer), seen, () => output.querySelector(button).click());
}}"""
_DRAG_OURS = f"""() => {{
    {_SHOWN}
    const slider = document.querySelector(".mfa-machine input[type=range]");
    slider.value = Number(slider.value) === 120 ? -120 : Number(slider.value) + 1;
    return shown(document.querySelector(".mfa-strip"), {{ attributeFilter: ["style"] }},
        () => slider.dispatchEvent(new Event("input", {{ bubbles: true }})));
}}"""
_DRAG_BARE = f"""() => {{
    {_SHOWN}
    const image = document.querySelector(".jp-OutputArea-output img");
    const move = new KeyboardEvent("keydown", {{ key: "ArrowRight", bubbles: true }});
    return shown(image, {{ attributeFilter: ["src"] }},
        () => document.querySelector(".noUi-handle").dispatchEvent(move), () => image.decode());
}}"""
# From Run All to the first frame in which the last of the widgets can be seen.
_RUN_ALL = """(wanted) => new Promise((resolve, reject) => {
    setTimeout(() => reject("nothing shown"), 20000);
    const output = document.querySelector(".jp-OutputArea");
    jupyterapp.shell.currentWidget.content.widgets.forEach((cell) => cell.outputArea?.model.clear());
    const seen = () => {
        const found = document.querySelectorAll(`.jp-OutputArea-output ${wanted}`);
        if (found.length && [...found].at(-1).offsetParent) resolve((performance.now() - start) / 1000);
        else requestAnimationFrame(seen);
    };
    const start = performance.now();
    jupyterapp.commands.execute("notebook:run-all-cells");
    requestAnimationFrame(seen);
})"""

# Plays for so many milliseconds; how often the strip's clock moved, and how many messages passed.
_PLAY = """async (milliseconds) => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const play = document.querySelector(".mfa-machine [data-do=play]");
    play.click();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    let [ticks, messages] = [0, 0];
    const count = () => { messages++; };
    const observer = new MutationObserver(() => { ticks++; });
    observer.observe(document.querySelector(".mfa-machine [data-server]"), { childList: true, characterData: true });
    kernel.anyMessage.connect(count);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    kernel.anyMessage.disconnect(count);
    observer.disconnect();
    play.click();
    return [ticks, messages];
}"""


@contextmanager
def _pages(*sources: str) -> Iterator[list[LabPage]]:
    """Each source in a notebook of its own, open in one JupyterLab and run once."""
    with TemporaryDirectory(prefix="mfa-lab-bench-") as root, sync_playwright() as playwright:
        folder = Path(root)
        (folder / "work").mkdir()
        browser: Browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS)
        with running_lab(folder) as url:
            pages = []
            for number, source in enumerate(sources):
                write(folder / "work" / f"{number}.ipynb", source)
                page = LabPage(browser)
                page.open(url, f"{number}.ipynb")
                page.run_all()
                page.outputs.locator(".jupyter-widgets").first.wait_for()
                page.page.wait_for_timeout(1000)
                pages.append(page)
            yield pages
        browser.close()


def click(pairs: int = 40) -> Row:
    """The code form's answer, whose server makes no password hash, against a button that sets a label."""
    with _pages(FORM, BARE) as (form, bare):
        times = interleaved(
            lambda: float(form.page.evaluate(_CLICK, [".mod-primary", ".widget-html-content:has([role=status])"])),
            lambda: float(bare.page.evaluate(_CLICK, ["button", ".widget-html-content"])),
            pairs,
        )
    return ratio_row(
        "click", what="click to the shown answer", against="a bare button that sets a label", reach=1.5, times=times
    )


def run_all(pairs: int = 10) -> Row:
    """On a kernel that has imported what it needs."""
    with _pages(FOUR_STEPS, TEN) as (steps, ten):
        times = interleaved(
            lambda: float(steps.page.evaluate(_RUN_ALL, ".mfa-phone-face .mfa-time")),
            lambda: float(ten.page.evaluate(_RUN_ALL, ".widget-text input")),
            pairs,
        )
        sizes = [len(json.dumps(page.page.content())) for page in (steps, ten)]
    return ratio_row(
        "run_all",
        what="Run All to FourSteps visible",
        against="a bare cell with ten ipywidgets",
        reach=1.5,
        times=times,
        figures={"page_kb": sizes[0] // 1000, "bare_page_kb": sizes[1] // 1000},
    )


def drag(pairs: int = 40) -> Row:
    """The time machine's strip follows its slider in the browser; the bare figure comes from the kernel."""
    with _pages(f"{MACHINE}machine", SLIDER) as (machine, bare):
        times = interleaved(
            lambda: float(machine.page.evaluate(_DRAG_OURS)), lambda: float(bare.page.evaluate(_DRAG_BARE)), pairs
        )
    return ratio_row(
        "drag",
        what="dragging skew to the painted strip",
        against="a slider that redraws an empty figure",
        reach=1.3,
        times=times,
    )


def ticks(milliseconds: int = 6000) -> Row:
    """Time machine and phone in one cell, playing at thirty times the speed."""
    with _pages(f"{MACHINE}import ipywidgets\nipywidgets.VBox([machine, panel])") as (page,):
        page.page.select_option(".mfa-machine select", "30")
        ticked, messages = page.page.evaluate(_PLAY, milliseconds)
    return Row(
        name="ticks",
        what="phone and time machine while playing",
        against="",
        value=messages / ticked,
        unit="messages",
        reach=0,
        pairs=1,
        also=ticked > milliseconds / 100,
        figures={"ticks": ticked, "kernel_messages": messages},
    )

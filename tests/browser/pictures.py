"""`python -m tests.browser.pictures`: the README's pictures, made in the real lab, with demo values only.

Two animations, light and dark, show one login in the live form. Two stills show its end, for readers who asked for
less motion. Needs Chromium.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops
from playwright.sync_api import sync_playwright

from tests.browser.four_steps import ROOT, Steps
from tests.browser.lab import CHROMIUM_OPTIONS, LabPage, running_lab
from tests.notebooks.kit import write

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 1_000_000
COLOURS = 220
MILLISECONDS, LAST_MILLISECONDS = 2200, 5000
MARGIN = 14
SOURCE = """
from mfa_lab.lab.widgets.four_steps import FourSteps
from mfa_lab.lab.room import demo_room

room = demo_room()
steps = FourSteps(room)
steps
"""


def main() -> None:
    """Take each scene in both themes, and write the animations and the stills."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as root, sync_playwright() as playwright:
        folder = Path(root)
        (folder / "work").mkdir()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS)
        with running_lab(folder) as url:
            for theme in ("light", "dark"):
                write(folder / "work" / f"{theme}.ipynb", SOURCE)
                page = LabPage(browser)
                page.page.set_viewport_size({"width": 1280, "height": 1000})
                page.open(url, f"{theme}.ipynb")
                page.theme(theme)
                page.run_all()
                page.outputs.locator(ROOT).wait_for()
                frames = [picture(page, steps) for steps in scenes(Steps(page))]
                save(frames, theme)
                page.close()
        browser.close()


def scenes(steps: Steps) -> Iterator[Steps]:
    """Go through one login, and stop at what the README shows: scan, type, granted, the same code, the reason."""
    steps.button("Fill in the demo account").click()
    yield steps
    steps.button("Log in").click()
    steps.button("Show the QR code").click()
    steps.root.locator(".mfa-private svg").wait_for()
    yield steps
    steps.button("Scan the QR code").click()
    steps.phones_code()
    steps.button("Type it into the form").click()
    yield steps
    steps.button("Confirm").click()
    steps.told("The authenticator is enrolled")
    steps.run("room.clock.advance(30); steps.phone.widget.refresh()")
    code = steps.phones_code()
    for told in ("Access granted", "That did not work"):
        steps.log_in()
        steps.told("Now type the code")
        steps.field("Code from your authenticator").fill(code)
        yield steps
        steps.button("Verify").click()
        steps.told(told)
        yield steps
        if told == "Access granted":
            steps.button("Log out").click()


def picture(page: LabPage, steps: Steps) -> Image.Image:
    """Return what the form shows, without focus and pointer. The form sets the focus a moment after each step."""
    page.page.mouse.move(0, 0)
    page.page.wait_for_timeout(500)
    page.page.evaluate("() => document.activeElement.blur()")
    return Image.open(BytesIO(steps.root.screenshot())).convert("RGB")


def save(frames: list[Image.Image], theme: str) -> None:
    """Write the animation, each frame on a ground of the same size, and the last frame as a still."""
    ground = frames[-1].getpixel((1, 1))
    size = tuple(max(frame.size[axis] for frame in frames) for axis in (0, 1))
    whole = []
    for frame in frames:
        whole.append(Image.new("RGB", size, ground))
        whole[-1].paste(frame)
    box = bounds(whole, ground)
    cut = [frame.crop(box) for frame in whole]
    palette = together(cut).quantize(COLOURS, dither=Image.Dither.NONE)
    few = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in cut]
    times = [MILLISECONDS] * (len(few) - 1) + [LAST_MILLISECONDS]
    path = IMAGES / f"one-login-{theme}.gif"
    few[0].save(path, save_all=True, append_images=few[1:], duration=times, loop=0, optimize=False)
    still = whole[-1].crop(bounds(whole[-1:], ground)).quantize(palette=palette, dither=Image.Dither.NONE)
    still.save(IMAGES / f"four-steps-{theme}.png", optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path} has {path.stat().st_size} bytes, {MOST_BYTES} at most")


def bounds(frames: list[Image.Image], ground: object) -> tuple[int, int, int, int]:
    """Return the box around everything that any frame shows, with a margin."""
    empty = Image.new("RGB", frames[0].size, ground)  # type: ignore[arg-type]
    boxes = [found for frame in frames if (found := ImageChops.difference(frame, empty).getbbox())]
    left, top = (max(0, min(box[axis] for box in boxes) - MARGIN) for axis in (0, 1))
    right, bottom = (min(frames[0].size[axis], max(box[axis + 2] for box in boxes) + MARGIN) for axis in (0, 1))
    return left, top, right, bottom


def together(frames: list[Image.Image]) -> Image.Image:
    """Return all frames below each other: one palette serves them all, so nothing flickers."""
    width, height = frames[0].size
    tall = Image.new("RGB", (width, height * len(frames)))
    for number, frame in enumerate(frames):
        tall.paste(frame, (0, height * number))
    return tall


if __name__ == "__main__":
    main()

"""Predictions keep their secret: what would give an outcome away is shown nowhere before the guess."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from mfa_lab.lab.exercises import Prediction, predictions
from mfa_lab.lab.working_copy import as_delivered
from mfa_lab.resources import notebooks_dir

NOTEBOOKS = sorted(notebooks_dir().glob("*.ipynb"))
each_prediction = pytest.mark.parametrize("prediction", predictions(), ids=lambda prediction: prediction.id)


@each_prediction
def test_a_learners_copy_shows_no_outcome(prediction: Prediction):
    """Neither the text of any notebook up to this one and all of this one, nor an output, nor an option says it."""
    shown = [text for path in NOTEBOOKS[: place(prediction) + 1] for text in readable(path, delivered=True)]
    shown += [prediction.question, *(option.words for option in prediction.options)]
    told = [(secret, text) for secret in prediction.secrets for text in shown if re.search(secret, text)]
    assert told == [], "move it into the prediction's `saw`, which only compare() shows"


@each_prediction
def test_every_secret_is_one(prediction: Prediction):
    """Each pattern is found in what this repository's notebook shows after the guess: it can fail the test above."""
    assert prediction.secrets
    assert prediction.saw
    after = " ".join(readable(NOTEBOOKS[place(prediction)], outputs_only=True))
    assert [secret for secret in prediction.secrets if not re.search(secret, after)] == []


def place(prediction: Prediction) -> int:
    """Return which notebook asks it."""
    call = f'compare("{prediction.id}"'.replace('"', '\\"')
    (found,) = (index for index, path in enumerate(NOTEBOOKS) if call in path.read_text())
    return found


@cache
def readable(path: Path, *, delivered: bool = False, outputs_only: bool = False) -> list[str]:
    """Return what a reader sees of each cell: its Markdown, and the text of each output, pictures included.

    `delivered`: in a learner's copy, else in the repository.
    """
    content = as_delivered(path.read_bytes()) if delivered else path.read_bytes()
    shown = []
    for cell in json.loads(content)["cells"]:
        if cell["cell_type"] == "markdown" and not outputs_only:
            shown.append("".join(cell["source"]))
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            shown += ["".join(text) for text in (output.get("text"), data.get("text/plain")) if text]
            for markup in (data.get("text/html"), data.get("image/svg+xml")):
                shown += [BeautifulSoup("".join(markup), "html.parser").get_text(" ")] if markup else []
    return [" ".join(text.split()) for text in shown]

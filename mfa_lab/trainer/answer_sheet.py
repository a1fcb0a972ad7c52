"""Make the trainer's answer sheet.

For each exercise and prediction, the sheet shows the known wrong answers, and what the trainer can say about them.
The sheet is made from the exercises themselves, so it is always up to date.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape

from nbconvert.filters import markdown2html

from mfa_lab.lab import exercises
from mfa_lab.lab.exercises import Exercise, Prediction
from mfa_lab.lab.formatting import marked_up, plain
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.page import page, table


def answers_html() -> str:
    """Return the whole sheet, notebook by notebook, with plugins' exercises last."""
    found = exercises.by_notebook()
    asked = "".join(
        f"<h2>{escape(notebook.replace('_', ' '))}</h2>{''.join(map(_exercise, some))}"
        for notebook, some in found.items()
    )
    guessed = "".join(map(_prediction, exercises.predictions()))
    intro = (
        "<h1>Answers</h1><p>Only for you. Below each exercise is one correct answer, then known wrong answers "
        "and what <code>check</code> says about each. This feedback also helps in conversation, because it does "
        "not reveal the answer. Hints go from vague to precise.</p>"
    )
    return page("Answers", f"<main>{intro}{asked}<h2>Predictions</h2>{guessed}</main>", style=_STYLE)


def key_html() -> str:
    """Return the answer key of the predictions: one table to print, in the order of the notebooks."""
    rows: list[tuple[object, ...]] = [
        (notebook.replace("_", " "), plain(each.question), happened, each.id)
        for each in exercises.predictions()
        for notebook, happened in [_outcomes().get(each.id, ("", "see the notebook's demo"))]
    ]
    intro = "<h1>Answer key of the predictions</h1><p>Only for you. Let everybody guess before you run the cell.</p>"
    headers = ("notebook", "question", "what happens", "id")
    return page("Answer key", f"<main>{intro}{table('Predictions', headers, rows)}</main>", style=_KEY_STYLE)


def _exercise(each: Exercise) -> str:
    wrong = "".join(f"<li>{_code(one.source)}<p>{marked_up(one.feedback)}</p></li>" for one in each.wrong)
    hints = "".join(f"<li>{marked_up(hint)}</li>" for hint in each.hints)
    return (
        f"<h3>{escape(each.title)} <small>{escape(each.id)}</small></h3><div class='asked'>{_asked(each)}</div>"
        f"<details><summary>One correct answer</summary>{_code(each.solution)}</details>"
        f"<details><summary>{len(each.wrong)} wrong answers, and what to say</summary><ul>{wrong}</ul></details>"
        f"<details><summary>{len(each.hints)} hints</summary><ol>{hints}</ol></details>"
    )


def _prediction(each: Prediction) -> str:
    options = "".join(f"<li>{escape(option.letter)}: {marked_up(option.words)}</li>" for option in each.options)
    _, happened = _outcomes().get(each.id, ("", "see the notebook's demo"))
    saw = "".join(f"<p>{marked_up(paragraph)}</p>" for paragraph in each.saw)
    return (
        f"<h3>{escape(each.question)} <small>{escape(each.id)}</small></h3><ul>{options}</ul>"
        f"<details><summary>What happens</summary><p><b>{escape(happened)}</b></p>{saw}</details>"
    )


def _asked(each: Exercise) -> str:
    """Return the question as it appears in the notebook, with any list of options that follows it."""
    for _, source, _ in _kit_cells():
        if each.question in source:
            after = source.split(each.question, 1)[1]
            return markdown2html(each.question + after.split("\n#")[0])
    return markdown2html(each.question)  # the exercise belongs to a plugin, whose notebook is not in the kit


@cache
def _outcomes() -> dict[str, tuple[str, str]]:
    """Return the notebook and what really happened for each prediction id, taken from the kit's notebooks."""
    calls = (
        (book, re.search(r'^compare\("([^"]+)"', source, re.MULTILINE), shown) for book, source, shown in _kit_cells()
    )
    happened = ((book, call[1], re.search(r"What happened is (.+)", shown)) for book, call, shown in calls if call)
    return {prediction_id: (book, found[1]) for book, prediction_id, found in happened if found}


@cache
def _kit_cells() -> tuple[tuple[str, str, str], ...]:
    """Return the notebook and the source of each cell in the kit's notebooks, and the text of its last output."""
    found = []
    for path in sorted(notebooks_dir().glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            shown = [output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", ())]
            found.append((path.stem, "".join(cell["source"]), "".join(shown[-1]) if shown else ""))
    return tuple(found)


def _code(source: str) -> str:
    return f'<pre tabindex="0"><code>{escape(source)}</code></pre>'


_KEY_STYLE = (
    "@page { size: A4 landscape; margin: 12mm; } @media print { main { padding: 0; } tr { break-inside: avoid; } }"
)

_STYLE = """
.mfa h3 { font-size: 1.1rem; font-weight: 700; margin: 1.6rem 0 0.3rem; }
h3 small { font-weight: 400; color: var(--mfa-quiet-text); }
main li { margin: 0.5rem 0; }
pre { font: 0.9rem/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre-wrap;
  border-left: 4px solid var(--mfa-line); padding-left: 0.8rem; margin: 0.3rem 0; overflow-wrap: anywhere; }
summary:focus-visible { outline: 3px solid var(--mfa-here); }
@media print { details::details-content { content-visibility: visible; height: auto; } }
"""

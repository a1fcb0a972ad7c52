"""Make the book's first page, and the lines above each notebook's title."""

from __future__ import annotations

from html import escape

from mfa_lab.lab.grading.course import (
    CORE_PATH,
    PARTS,
    Lesson,
    Part,
    Stop,
    core_minutes,
    duration,
    is_core,
    lessons,
    readable,
)
from mfa_lab.trainer.book.frame import CORE, REFERENCES
from mfa_lab.trainer.book.lesson import LAB, section_anchor

_LOOK_UP = {
    "glossary": "each term of the field in one plain sentence",
    "attacks": "each attack of the course, the mistake that it needs, and the defence",
    "standards": "each clause that the course teaches, and the tests that show it",
}


def contents_html() -> str:
    """Return the contents: the core path, each part with its notebooks, and how to open the lab."""
    stops = "".join(map(_stop, CORE_PATH))
    tables = "".join(f'<li><a href="{name}.html">{title}</a>: {_LOOK_UP[name]}</li>' for name, title in REFERENCES)
    return (
        '<div class="cover">'
        "<h1>How multi-factor authentication works, and how it fails</h1>"
        f"<p>These {len(lessons())} notebooks take you through one login, its attacks and its defences. You can read "
        "them here without installing anything. Guess before you open a result: you learn most from a wrong guess. "
        'In <a href="#lab">the lab</a>, the forms are live, and your answers are checked.</p></div>'
        f'<section class="path" aria-labelledby="path"><h2 id="path">The core path '
        f"<small>{duration(core_minutes())}</small></h2>"
        "<p>If you have two hours, read these sections in order.</p>"
        f"<ol>{stops}</ol></section>"
        f'<h2 id="contents">Contents</h2>{"".join(map(_part, PARTS))}'
        f'<h3>Look up</h3><ul class="look-up">{tables}</ul>{_LAB_HTML}'
    )


def above_title(lesson: Lesson) -> str:
    """Return the line above a notebook's title: its part, its duration, and the sections on the core path."""
    part = next(part for part in PARTS if lesson in part.lessons)
    core = f" · {CORE}" if is_core(lesson.notebook) else ""
    return (
        f'<p class="above">{escape(part.name)} · {duration(lesson.minutes)}{core} · '
        f'<a href="{LAB}">open in the lab</a></p>'
    )


def _stop(stop: Stop) -> str:
    sections = "".join(
        f'<li><a href="{stop.notebook}.html#{section_anchor(each.title, each.minutes)}">{escape(each.title)}</a></li>'
        for each in stop.sections
    )
    return (
        f'<li><a href="{stop.notebook}.html">{escape(readable(stop.notebook))}</a> '
        f"<small>{duration(stop.minutes)}</small>{f'<ul>{sections}</ul>' if sections else '<p>all sections</p>'}</li>"
    )


def _part(part: Part) -> str:
    rows = "".join(
        f'<li><a href="{each.notebook}.html">{escape(each.name)}</a> '
        f"{CORE if is_core(each.notebook) else ''}<p>{escape(each.question)} "
        f"<small>{duration(each.minutes)}</small></p></li>"
        for each in part.lessons
    )
    return (
        f"<h3>{escape(part.name)} <small>{part.numbers} · {duration(part.minutes)}</small></h3>"
        f'<p>{escape(part.learn)}</p><ol class="lessons">{rows}</ol>'
    )


_LAB_HTML = """
<section class="lab" aria-labelledby="lab"><h2 id="lab">Open the lab</h2>
<p>This book shows the stored results of the notebooks. In the lab you log in with your own phone, run every cell and
get your answers checked. You need git and Python 3.11 or newer. In a clone of mfa-lab, run:</p>
<pre>pip install uv &amp;&amp; uv run mfa-lab</pre>
<p>JupyterLab then opens in your browser. The notebooks have the same names as in this book.</p></section>
"""

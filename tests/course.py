"""The tables that the pages take from the code: the map of the course, and the series of attacks.

`python -m tests.course` writes them into docs/course.md and README.md again.
"""

from __future__ import annotations

import re
from pathlib import Path

from mfa_lab.lab.grading.course import CORE_PATH, PARTS, core_minutes, duration, is_core, lessons
from mfa_lab.lab.grading.course_map import HOW
from mfa_lab.trainer.book.reference import attack_rows

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "docs" / "course.md", ROOT / "README.md")
_BLOCK = re.compile(r"(<!-- (\w+): written by python -m tests\.course -->\n).*?(\n<!-- end of \2 -->)", re.DOTALL)


def core_path() -> str:
    """Return the stops of the core path as a table, with their sections."""
    rows = [f"The core path takes {duration(core_minutes())}. {HOW}", "", "| notebook | sections | minutes |"]
    rows.append("|---|---|---|")
    for stop in CORE_PATH:
        what = "; ".join(f"*{section.title}*" for section in stop.sections) or "all sections"
        rows.append(f"| {link(stop.notebook)} | {what} | {stop.minutes} |")
    return "\n".join(rows)


def parts() -> str:
    """Return every notebook, part by part."""
    rows = []
    for part in PARTS:
        rows += ["", f"## {part.name} ({part.numbers}, {duration(part.minutes)})", "", part.learn, ""]
        rows += ["| notebook | its question | minutes | path |", "|---|---|---|---|"]
        for lesson in part.lessons:
            path = "core" if is_core(lesson.notebook) else "optional"
            rows.append(f"| {link(lesson.notebook)} | {lesson.question} | {lesson.minutes} | {path} |")
    return "\n".join(rows[1:])


def hours() -> str:
    """Return the parts with their hours, for the README."""
    rows = ["| part | notebooks | time | afterwards you can |", "|---|---|---|---|"]
    core = (
        "log in with a code, explain how codes are made, checked and guessed, and say which attacks codes cannot stop"
    )
    rows.append(f"| **Core path** | sections of {len(CORE_PATH)} notebooks | {duration(core_minutes())} | {core} |")
    for part in PARTS:
        learn = part.learn[0].lower() + part.learn[1:].rstrip(".")
        rows.append(f"| {part.name} | {part.numbers} | {duration(part.minutes)} | {learn} |")
    everything = duration(sum(lesson.minutes for lesson in lessons()))
    return "\n".join([*rows, f"| Everything | {len(lessons())} notebooks | {everything} | |"])


def attacks() -> str:
    """Return a row for each number of the attack series; two halves of one number share a row."""
    rows = ["| | attack | the weak server | what `MfaServer` does |", "|---|---|---|---|"]
    rows += [f"| {' | '.join(row)} |" for row in attack_rows()]
    return "\n".join(rows)


def link(notebook: str) -> str:
    """Return a link to a notebook from the folder docs."""
    return f"[{notebook}](../notebooks/{notebook}.ipynb)"


TABLES = {"path": core_path, "parts": parts, "hours": hours, "attacks": attacks}


def written(page: Path) -> str:
    """Return a page with each of its marked tables as the code has it."""
    return _BLOCK.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(written(each), encoding="utf-8")

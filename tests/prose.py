"""What people read in this repository, sentence by sentence, and the patterns that plain English does without.

`python -m tests.prose` lists every finding with its place.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

from mfa_lab.lab.exercises import exercises, predictions

ROOT = Path(__file__).resolve().parents[1]
MOST_WORDS = 30


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words to avoid, as a regular expression, and what to write instead."""

    words: str
    better: str

    def found(self, text: str) -> list[str]:
        """Return each match, whatever its case."""
        return [match[0] for match in re.finditer(self.words, text, re.IGNORECASE)]


PATTERNS = (
    Pattern(r"\brungs?\b", "attack (with its number and standard name)"),
    Pattern(r"\b(?:false|copied) (?:web)?pages?\b", "phishing page"),
    Pattern(r"\bpage in the middle\b", "adversary in the middle"),
    Pattern(r"\b(?:un)?seal(?:s|ed|ing)?\b", "encrypt, decrypt"),
    Pattern(r"\bspen(?:d|ds|t|ding) (?:a |the |its |his |her |this |that )?(?:time )?(?:step|code)s?\b", "consume"),
    Pattern(r"\bcharg(?:e|es|ed|ing) (?:a |the |each |every )?(?:failure|attempt)", "count a failed attempt"),
    Pattern(r"\blook(?:s|ed|ing)? at (?:a|the|every|each|its|his|her|any) codes?\b", "verify a code"),
    Pattern(r"\bmend(?:s|ed|ing)?\b", "fix, fixed"),
    Pattern(r"\bof (?:a )?(?:hundred|100)\b(?! (?:000|people|accounts|attackers|users|days|bytes))", "percent"),
    Pattern(r"\bshow the class\b|\bthe class's trace\b", "show what really happened; the instructor's view"),
    Pattern(r"\bwhat (?:is|are|was) \w+(?: \w+)? good for\b", "why it helps"),
    Pattern(r"\bturn this screw\b", "change this value"),
    Pattern(r"\bright now\b", "at this moment"),
    Pattern(r"\banew\b", "again"),
    Pattern(r"\bwhoever\b", "anyone who; if you"),
    Pattern(r"\b(?:is|are) none\b", "say what there is not"),
    Pattern(r"\bright (?:code|password|codes|passwords)\b", "correct or valid"),
    Pattern(r"(?:^|[.!?] )(?:Of (?:the |all |each |what|these|those|which)|What comes of)", "subject first"),
    Pattern(r"\bin the blink of an eye\b", "at once"),
)

# Sentences that stay as they are, each with its reason.
EXCEPTIONS = {
    "bakes counts draws finds keeps mends paints sells": "the words of seats' passwords: others change the accounts",
}


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that people read, and where it is."""

    place: str
    text: str


def passages() -> Iterator[Passage]:
    """Yield pages, notebooks, exercise texts, web pages, and docstrings (among them the command's help)."""
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        if path.name not in {"CHANGELOG.md", "renames.md"}:  # both quote the past
            yield from blocks(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield from blocks(path.name, "".join(cell["source"]))
    for exercise in exercises():
        told = [exercise.title, *exercise.hints, *(case.feedback for case in exercise.cases)]
        told += [text for wrong in exercise.wrong for text in [wrong.feedback]]
        for text in [*told, exercise.question]:
            yield from blocks(f"exercise {exercise.id}", text)
    for prediction in predictions():
        for text in [prediction.question, *prediction.saw, *(option.words for option in prediction.options)]:
            yield from blocks(f"prediction {prediction.id}", text)
    for path in sorted([*ROOT.glob("mfa_lab/**/*.html"), *ROOT.glob("docs/**/*.html")]):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for hidden in page(["script", "style"]):
            hidden.decompose()
        for text in page.stripped_strings:
            yield Passage(path.relative_to(ROOT).as_posix(), re.sub(r"\{[{%].*?[%}]\}", "X", text))
    for path in sorted(ROOT.glob("mfa_lab/**/*.py")):
        place = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        for text in [*docstrings(tree), *([] if "/exercises/" in place else messages(tree))]:
            yield from blocks(place, text)


def blocks(place: str, text: str) -> Iterator[Passage]:
    """Yield the paragraphs, list items and table cells of Markdown, without code, addresses and marks."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"`[^`]*`", "X", text)
    text = re.sub(r"</?[a-z!][^>]*>", lambda tag: " ".join(re.findall(r'alt="([^"]*)"', tag[0])), text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s*(?:[-*]|\d+\.|>|#+)\s+", "\n\n", text, flags=re.MULTILINE)
    text = re.sub(r"[*_]{1,2}(\S(?:[^*\n]*\S)?)[*_]{1,2}", r"\1", text)
    for block in re.split(r"\n\s*\n|\||^\s*:?-+:?\s*$", text, flags=re.MULTILINE):
        words = " ".join(block.split())
        if re.search(r"\w", words):
            yield Passage(place, words)


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Yield the docstrings of a module and of what it defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def messages(tree: ast.Module) -> Iterator[str]:
    """Yield the texts in code that are sentences or parts of one: what forms, figures, errors and commands say."""
    inside, documentation = set(), set(docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            text = node.value
        else:
            continue
        text = re.sub(r"<[^>]*>", " ", text)
        if is_code(text) or inspect.cleandoc(text) in documentation:
            continue
        if re.search(r"\w \w+ \w+ \w", text):
            yield text


def is_code(text: str) -> bool:
    """Return whether a text is a style sheet or a Python program, which nobody reads as prose."""
    return re.search(r";\n|^import \w+(?:, \w+)*$", text, re.MULTILINE) is not None


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph."""
    return re.split(r"(?<=[.!?])[\"”)]*\s+(?=[A-Z\"“(])", text)


def findings() -> Iterator[tuple[str, str, str]]:
    """Yield place, what is wrong, and the words, for each pattern and each sentence that is too long."""
    for passage in passages():
        if passage.text in EXCEPTIONS:
            continue
        for pattern in PATTERNS:
            for words in pattern.found(passage.text):
                yield passage.place, f"better: {pattern.better}", words
        for sentence in sentences(passage.text):
            count = len(re.findall(r"[\w'’.,%-]*\w", sentence))
            if count > MOST_WORDS:
                yield passage.place, f"{count} words", sentence


if __name__ == "__main__":
    for place, wrong, words in findings():
        print(f"{place}: {wrong}: {words}")

"""The highlighted source code of one of the kit's classes or functions, without type annotations."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Any


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """Show code in the colours of the reader's theme in a notebook, and as plain text in a terminal."""

    code: str

    def __repr__(self) -> str:
        return self.code

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.code}\n```"


def source_of(thing: Any) -> Source:
    """Return the code of a class, a method or a function, below a comment with the name of its module.

    The code contains no annotations, because a notebook has not imported their names. A copied line must run in a
    notebook.
    """
    code = without_annotations(dedent(inspect.getsource(thing)).strip())
    return Source(f"# {thing.__module__}\n{re.sub(r'  # noqa.*', '', code)}")


def without_annotations(code: str) -> str:
    """Return the code without annotations, but with its comments and line breaks.

    A variable keeps its type, because it may be a dataclass field.
    """
    text = code.encode()  # the parser counts bytes
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for first, last in sorted(_annotated(ast.parse(code), text, starts), reverse=True):
        text = text[:first] + text[last:]
    return text.decode()


def _annotated(tree: ast.AST, text: bytes, starts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each annotation, in bytes. The colon or arrow is a part of the annotation."""

    def end(node: ast.expr) -> int:
        return starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation):
                yield starts[node.lineno - 1] + node.col_offset + len(node.arg.encode()), end(annotation)
            case ast.AnnAssign(target=ast.Attribute() as target, annotation=annotation):
                yield end(target), end(annotation)
            case ast.FunctionDef(returns=ast.expr() as annotation):
                start = starts[annotation.lineno - 1] + annotation.col_offset
                yield len(text[: text.rindex(b"->", 0, start)].rstrip()), end(annotation)

"""The changes that mutation testing makes: each mutant differs from the module in one expression or statement.

Annotations, docstrings, decorators, f-strings and other sentences stay as they are, because they decide nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,  # codespell:ignore
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_NAME = re.compile(r"[\w.:/-]+|.?", re.DOTALL)
"""A text that is a name (a key, a column, an encoding) or at most one sign. A text with spaces is a sentence."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of the module at `path`, in the function or class `within`, which begins with the module's name.

    `lines` are the first and the last line of the statement around the change. `was` and `becomes` are the lines
    that the change touches, without indentation. `source` is the whole changed module.
    """

    path: str
    within: str
    lines: tuple[int, int]
    number: int
    was: str
    becomes: str
    source: bytes


def mutants(path: str, source: bytes) -> list[Mutant]:
    """Return every mutant of a module's source, from top to bottom."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    made = []
    for node, replacement, within, span in _changes(ast.parse(source), path.rpartition("/")[2].removesuffix(".py")):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        changed = source[:begin] + replacement.encode() + source[end:]
        touched = starts[node.lineno - 1], starts[node.end_lineno]
        was = source[slice(*touched)].decode()
        becomes = changed[touched[0] : touched[1] + len(changed) - len(source)].decode()
        made.append(Mutant(path, within, span, node.lineno, was.strip(), becomes.strip(), changed))
    return made


def _changes(tree: ast.Module, module: str) -> Iterator[tuple[ast.expr | ast.stmt, str, str, tuple[int, int]]]:
    """Yield each node to replace, its replacement, where it is, and the lines of its statement."""

    def walk(node: ast.AST, within: str, span: tuple[int, int]) -> Iterator:
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list"} or isinstance(node, ast.JoinedStr):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _is_docstring(child) and not _is_for_types(child):
                    here, lines = within, span
                    if isinstance(child, ast.FunctionDef | ast.ClassDef):
                        here = f"{within}.{child.name}"
                    if isinstance(child, ast.stmt):
                        lines = child.lineno, _last_line_of_own(child)
                    yield from ((child, new, here, lines) for new in _replacements(child, node, name))
                    yield from walk(child, here, lines)

    yield from walk(tree, module, (1, 1))


def _last_line_of_own(statement: ast.stmt) -> int:
    """Return the line on which the statement ends; for an `if`, `for` or `with`, the line on which its head ends.

    A function counts as a whole: its defaults matter wherever its body runs.
    """
    body = getattr(statement, "body", None)
    if body and not isinstance(statement, ast.FunctionDef):
        return max(statement.lineno, body[0].lineno - 1)
    return statement.end_lineno or statement.lineno


def _replacements(node: ast.AST, parent: ast.AST, field: str) -> Iterator[str]:
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            yield _text(node, ops=[*node.ops[:at], _COMPARISONS[type(operator)](), *node.ops[at + 1 :]])
    elif isinstance(node, ast.BoolOp):
        yield _text(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.BinOp) and not _is_text(node.left) and not _is_text(node.right):
        yield _text(node, op=_ARITHMETIC[type(node.op)]())
    elif isinstance(node, ast.AugAssign):
        yield ast.unparse(_changed(node, op=_ARITHMETIC[type(node.op)]()))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        yield _text(node, func=ast.Name(_CALLS[node.func.id]))
    elif isinstance(node, ast.Constant):
        yield from _other_constant(node.value)
    elif isinstance(node, ast.Return) and node.value and not _is_none(node.value):
        yield "return None"
    elif isinstance(node, ast.Break | ast.Continue):
        yield "continue" if isinstance(node, ast.Break) else "break"
    elif isinstance(node, ast.Raise | ast.Delete) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield "pass"
    is_condition = field == "ifs" or (field == "test" and isinstance(parent, ast.If | ast.While | ast.IfExp))
    if is_condition and isinstance(node, ast.expr) and not isinstance(node, ast.UnaryOp) and not _is_equality(node):
        yield f"(not ({ast.unparse(node)}))"


def _other_constant(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int | float):
        yield str(value + 1)
    elif isinstance(value, str) and _NAME.fullmatch(value):
        yield repr(value + "x")


def _text(node: ast.expr, **fields: object) -> str:
    return f"({ast.unparse(_changed(node, **fields))})"


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    other = copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _is_equality(node: ast.expr) -> bool:
    """Whether the changed operator negates the whole condition already."""
    boundary = ast.Lt | ast.LtE | ast.Gt | ast.GtE
    return isinstance(node, ast.Compare) and len(node.ops) == 1 and not isinstance(node.ops[0], boundary)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"

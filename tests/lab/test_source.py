"""Code of the kit, shown in a notebook: as it is, but for what only a type checker reads."""

import ast
import inspect

import pytest

from mfa_lab.attacks import attack_series
from mfa_lab.attacks.helpers.minimal_server import MinimalServer
from mfa_lab.attacks.second_step_skipped import HastyServer
from mfa_lab.lab.source import source_of, without_annotations

CLASSES = [MinimalServer, *(one.weak for one in attack_series() if inspect.isclass(one.weak))]


def test_a_class_is_shown_with_its_docstring_and_where_it_stands():
    """Every line of the class but the annotations; before it the module, as a comment."""
    assert repr(source_of(HastyServer)) == (
        "# mfa_lab.attacks.second_step_skipped\n"
        "class HastyServer(MinimalServer):\n"
        '    """Open the session after the password, although only the next page asks for the code."""\n'
        "\n"
        "    def begin_login(self, name, password):\n"
        "        pending = super().begin_login(name, password)\n"
        "        self.sessions[pending.token.reveal()] = name\n"
        "        return pending"
    )


def test_a_method_is_shown_alone():
    """Not indented, as if it stood by itself."""
    assert repr(source_of(MinimalServer.succeeded)) == (
        "# mfa_lab.attacks.helpers.minimal_server\n"
        "def succeeded(self, count):\n"
        '    """Reset the count after a completed login."""\n'
        "    count.failures = 0"
    )


def test_a_page_shows_it_as_code():
    """Markdown that fences it as Python; as text the same code without the fence."""
    shown = source_of(HastyServer)
    assert shown._repr_markdown_() == f"```python\n{shown!r}\n```"


@pytest.mark.parametrize("shown", CLASSES, ids=lambda shown: shown.__name__)
def test_only_annotations_are_left_out(shown):
    """What is shown parses and has no `noqa`; it is the class's own code but for the types of what is passed, given
    back, and kept in `self`.
    """
    code = repr(source_of(shown))
    assert "noqa" not in code
    assert ast.dump(ast.parse(code)) == ast.dump(Untyped().visit(ast.parse(inspect.getsource(shown))))


class Untyped(ast.NodeTransformer):
    """Takes the same out of a tree."""

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node):
        return ast.Assign([node.target], node.value) if isinstance(node.target, ast.Attribute) else node


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("def f(a: int, *b: 'x', c: str = '->') -> dict[str, int]: ...", "def f(a, *b, c = '->'): ..."),
        (
            "def ä(ß: int) -> None:\n    self.é: int = 1  # a: comment -> here",
            "def ä(ß):\n    self.é = 1  # a: comment -> here",
        ),
        ("def f(\n    a: list[\n        int\n    ],\n) -> int: ...", "def f(\n    a,\n): ..."),
        ("class A:\n    x: int = 3", "class A:\n    x: int = 3"),
        ("def f(a): return {1: 2}", "def f(a): return {1: 2}"),
    ],
)
def test_corners(typed, plain):
    """Strings, comments and letters beyond ASCII stay, and so does the type of a field."""
    assert without_annotations(typed) == plain

"""Make a package quick to import: load the names that it imports under `if TYPE_CHECKING` only on first use."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from importlib import import_module


def lazy_names(package: str) -> tuple[dict[str, str], Callable[[str], object]]:
    """Return the names that `package` offers, each with its module, and a `__getattr__` that loads a name.

    The function reads the names from the package's source. Each name is therefore written only once, where type
    checkers see it.
    """
    block = next(node for node in ast.parse(inspect.getsource(sys.modules[package])).body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    homes = {alias.name: str(node.module) for node in imports for alias in node.names}

    def load(name: str) -> object:
        if name in homes:
            return getattr(import_module(homes[name]), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return homes, load

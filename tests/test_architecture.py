"""DESIGN.md's floors, held by reading imports; and that importing mfa_lab stays light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import mfa_lab

PACKAGE = Path(mfa_lab.__file__).parent

# Imports point down, or stay within a room: a module or package named here.
FLOORS = [
    {"errors", "clock", "randomness", "redaction", "resources", "style"},
    {"otp"},
    {"provisioning", "policy"},
    {"server", "phone"},
    {"attacks"},
    {"lab"},
    {"trainer", "web"},
    {"cli"},
]
ROOMS_THAT_DO_NOT_KNOW_EACH_OTHER = {("server", "phone"), ("phone", "server")}
NOTEBOOK_LIBRARIES = {"IPython", "ipywidgets", "anywidget", "matplotlib"}
CLOCKS = {
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
}
TIMELESS = {"otp", "policy", "provisioning", "server"}  # takes `now` as an argument; flow alone reads the clock
DICE = {"random", "secrets", "os.urandom", "uuid"}


def room(module: str) -> str:
    """`server` for mfa_lab.server.flow."""
    return module.split(".")[1] if "." in module else ""


def floor(module: str) -> int:
    return next((number for number, rooms in enumerate(FLOORS) if room(module) in rooms), -1)


def modules(package: Path) -> dict[str, ast.Module]:
    """Every module of the package under its dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        if "_shipped" not in path.parts:
            parts = path.relative_to(package.parent).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree: ast.AST, known: set[str]) -> Iterator[str]:
    """What a module imports anywhere, by full name: mfa_lab.otp for `from mfa_lab import otp`, mfa_lab:Phone for
    `from mfa_lab import Phone`, a dot for a relative import.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "."
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known or node.module != "mfa_lab" else f"mfa_lab:{alias.name}"


def imported_module(name: str, known: set[str]) -> str:
    """The module of this package that `name` is, or is in; else ''."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def at_import_time(tree: ast.Module) -> ast.Module:
    """The module without what runs later or never: functions, classes and `if TYPE_CHECKING`."""
    later = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    runs = [node for node in tree.body if not isinstance(node, later)]
    return ast.Module([node for node in runs if not ast.unparse(node).startswith("if TYPE_CHECKING")], [])


def violations(package: Path) -> list[str]:
    """Every broken rule, as `module: what it does`."""
    trees = modules(package)
    known = set(trees)
    broken = []
    for module, tree in trees.items():
        names = list(imports(tree, known))
        if module != "mfa_lab":
            broken += [f"{module}: {what}" for what in wrong_imports(module, names, known)]
        broken += [f"{module}: {what}" for what in wrong_sources(module, tree, names)]
    graph = {
        module: {imported_module(name, known) for name in imports(at_import_time(tree), known)}
        - {"", module, "mfa_lab"}
        for module, tree in trees.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        broken.append("cycle: " + " -> ".join(error.args[1]))
    return broken


def wrong_imports(module: str, names: list[str], known: set[str]) -> Iterator[str]:
    if floor(module) < 0:
        yield "stands on no floor: name it in FLOORS"
    for name in names:
        target = imported_module(name, known)
        if name == ".":
            yield "imports relatively: write the full name"
        elif name.startswith("mfa_lab:") and name != "mfa_lab:__version__":
            yield f"imports {name[8:]} through the package's front door"
        elif target and target != "mfa_lab" and floor(target) > floor(module):
            yield f"imports {target}, which is above it"
        elif (room(module), room(target)) in ROOMS_THAT_DO_NOT_KNOW_EACH_OTHER:
            yield f"imports {target}, across the trust boundary"
        if (
            name.split(".")[0] in NOTEBOOK_LIBRARIES
            and room(module) not in {"lab", "trainer"}
            and module != "mfa_lab.phone.widget"
        ):
            yield f"imports {name}, which only lab may"


def wrong_sources(module: str, tree: ast.Module, names: list[str]) -> Iterator[str]:
    """Time comes from `clock`, randomness from `randomness`, and below flow nobody asks a clock."""
    calls = {
        f"{ast.unparse(node.value).rpartition('.')[2]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    used = calls | set(names)
    if room(module) not in {"clock", "cli", "lab", "trainer"}:
        yield from (f"reads the machine's clock by {name}" for name in sorted(used & CLOCKS))
    if room(module) in TIMELESS and module != "mfa_lab.server.flow" and any(c.endswith(".now") for c in calls):
        yield "reads a clock below flow"
    if room(module) != "randomness":
        yield from (
            f"takes randomness from {name}" for name in sorted(used) if name in DICE or name.split(".")[0] in DICE
        )


def test_the_structure_stands() -> None:
    """Imports point down, the two sides do not know each other, time and randomness come in by one door each."""
    assert violations(PACKAGE) == []


PLANTED = [
    ("otp.py", "from mfa_lab.server.flow import MfaServer", "mfa_lab.server.flow, which is above it"),
    ("errors.py", "import mfa_lab.otp", "mfa_lab.otp, which is above it"),
    ("errors.py", "def f():\n    from mfa_lab import otp", "mfa_lab.otp, which is above it"),
    ("server/flow.py", "from mfa_lab.attacks import replay", "mfa_lab.attacks.replay, which is above it"),
    ("attacks/replay.py", "from mfa_lab.lab.widgets import forms", "mfa_lab.lab.widgets.forms, which is above it"),
    ("lab/widgets/forms.py", "import mfa_lab.cli", "mfa_lab.cli, which is above it"),
    ("phone/authenticator.py", "from mfa_lab.server import flow", "mfa_lab.server.flow, across the trust boundary"),
    ("phone/authenticator.py", "if TYPE_CHECKING:\n    import mfa_lab.server.flow", "across the trust boundary"),
    (
        "server/flow.py",
        "from mfa_lab.phone.authenticator import Phone",
        "mfa_lab.phone.authenticator, across the trust boundary",
    ),
    ("server/flow.py", "from mfa_lab import Phone", "imports Phone through the package's front door"),
    ("server/flow.py", "from . import store", "imports relatively"),
    ("server/flow.py", "from .store import Store", "imports relatively"),
    ("server/flow.py", "import ipywidgets", "ipywidgets, which only lab may"),
    ("cli.py", "def f():\n    import matplotlib.pyplot", "matplotlib.pyplot, which only lab may"),
    ("phone/authenticator.py", "from IPython.display import HTML", "IPython.display.HTML, which only lab may"),
    ("phone/authenticator.py", "import time\ntime.time()", "clock by time.time"),
    ("phone/authenticator.py", "from time import time", "clock by time.time"),
    ("otp.py", "import datetime\ndatetime.datetime.now()", "clock by datetime.now"),
    ("server/flow.py", "from datetime import date\ndate.today()", "clock by date.today"),
    ("server/store.py", "def f(clock):\n    return clock.now()", "reads a clock below flow"),
    ("otp.py", "def f(self):\n    return self.clock.now()", "reads a clock below flow"),
    ("__init__.py", "import secrets", "randomness from secrets"),
    ("server/flow.py", "from secrets import token_bytes", "randomness from secrets.token_bytes"),
    ("lab/widgets/forms.py", "import random", "randomness from random"),
    ("server/store.py", "import os\nos.urandom(16)", "randomness from os.urandom"),
    ("drawer.py", "", "stands on no floor"),
]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house that breaks no rule."""
    package = tmp_path / "mfa_lab"
    for path, source in {
        "__init__.py": "if TYPE_CHECKING:\n    from mfa_lab.server.flow import MfaServer",
        "errors.py": "",
        "clock.py": "import time\ntime.time()",
        "randomness.py": "import random, secrets",
        "otp.py": "from mfa_lab.errors import MfaError",
        "server/__init__.py": "",
        "server/store.py": "from mfa_lab import otp\ndef f():\n    import mfa_lab.server.flow",
        "server/flow.py": "from mfa_lab.server import store\ndef f(clock):\n    return clock.now()",
        "phone/__init__.py": "",
        "phone/authenticator.py": "import mfa_lab.otp",
        "phone/widget.py": "import anywidget",
        "attacks/replay.py": "import mfa_lab.server.flow\nfrom mfa_lab.phone.authenticator import Phone",
        "lab/widgets/forms.py": "import ipywidgets\nfrom mfa_lab.attacks import replay",
        "cli.py": "from mfa_lab import __version__\nimport time\ntime.time()",
    }.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(source)
    return package


def test_a_sound_structure_is_found_sound(house: Path) -> None:
    """Lazy imports, type-checking imports, the front door's version and flow's one clock are no violations."""
    assert violations(house) == []


def plant(house: Path, path: str, source: str) -> list[str]:
    """What is found after `source` is written at the end of the file."""
    with (house / path).open("a") as file:
        file.write(f"\n{source}\n")
    return violations(house)


@pytest.mark.parametrize(("path", "source", "said"), PLANTED, ids=[f"{p}: {s[:40]!r}" for p, s, _ in PLANTED])
def test_a_planted_violation_is_found(path: str, source: str, said: str, house: Path) -> None:
    """Each rule goes red where it is broken, and says where and what."""
    module = ".".join(("mfa_lab/" + path).removesuffix(".py").removesuffix("/__init__").split("/"))
    found = plant(house, path, source)
    assert any(line.startswith(f"{module}: ") and said in line for line in found), found


def test_a_circle_is_found(house: Path) -> None:
    """Two modules of one room that import each other when they load."""
    (found,) = plant(house, "server/store.py", "import mfa_lab.server.flow")
    assert found.startswith("cycle: ")
    assert {"mfa_lab.server.store", "mfa_lab.server.flow"} <= set(found.split())


HEAVY = {"IPython", "ipywidgets", "anywidget", "matplotlib", "numpy", "PIL", "zxingcpp", "jupyterlab"}


@pytest.mark.parametrize(
    "statement", ["import mfa_lab", "from mfa_lab import MfaServer", "from mfa_lab import Phone"]
)
def test_importing_loads_nothing_of_jupyter(statement: str) -> None:
    """An application that uses the server side pays for no notebook, no plotting and no picture library."""
    program = f"import sys\n{statement}\nprint(sorted({HEAVY!r} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"


def test_every_public_name_can_be_imported() -> None:
    """`mfa_lab.__all__` holds no name that is not there; an unknown one is an AttributeError that says so."""
    for name in mfa_lab.__all__:
        assert getattr(mfa_lab, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        mfa_lab.no_such_name  # noqa: B018


# Inside a package imports point down as well: a floor for each module or folder.
INNER_FLOORS = {
    "otp": [{"steps"}, {"codes"}, {"matching"}, {"diagnosis", "explanation", "drift"}],
    "server": [
        {"records", "decision", "storage", "passwords"},
        {"services", "audit", "notifications", "factors"},
        {"login"},
        {"account"},
        {"flow"},
    ],
    "lab": [
        {"answers", "doctor", "facts", "formatting", "other_systems", "plugins", "room", "seat", "source", "table"}
        | {"working_copy"},
        {"figures"},
        {"widgets"},
        {"demos"},
        {"exercises"},
        {"grading"},
    ],
}
MOST_MODULES = 14
ONE_EACH = {"attacks", "lab/exercises"}  # one module for each attack, for each notebook


def climbs(package: Path) -> list[str]:
    """Every import inside a package of `INNER_FLOORS` that goes up, lazy ones too."""
    trees = modules(package)
    found = []
    for module, tree in trees.items():
        floors = INNER_FLOORS.get(room(module), [])
        if floors and module.count(".") > 1:
            here = inner(floors, module)
            targets = {imported_module(name, set(trees)) for name in imports(tree, set(trees))}
            inside = [t for t in targets if room(t) == room(module) and t.count(".") > 1]
            found += [f"{module}: stands on no floor"] if here < 0 else []
            found += [f"{module}: imports {t}, which is above it" for t in inside if inner(floors, t) > here]
    return found


def inner(floors: list[set[str]], module: str) -> int:
    return next((number for number, names in enumerate(floors) if module.split(".")[2] in names), -1)


def circle(package: Path) -> str:
    """A circle among all imports but those for the type checker, or nothing. The three doors open by themselves."""
    trees = modules(package)
    graph = {}
    for module, tree in trees.items():
        ran = ast.Module([node for node in tree.body if not ast.unparse(node).startswith("if TYPE_CHECKING")], [])
        targets = {imported_module(name, set(trees)) for name in imports(ran, set(trees))}
        graph[module] = targets - {"", module, "mfa_lab"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " -> ".join(error.args[1])
    return ""


def crowded(package: Path) -> list[str]:
    """Folders with more modules than a reader takes in."""
    folders = {path.parent for path in package.rglob("*.py") if "_shipped" not in path.parts}
    names = {str(folder.relative_to(package)): len(list(folder.glob("*.py"))) for folder in folders}
    return [
        f"{name}: {count}" for name, count in sorted(names.items()) if count > MOST_MODULES and name not in ONE_EACH
    ]


def test_imports_point_down_inside_a_package_too() -> None:
    """`lab/`, `server/` and `otp/` have floors of their own."""
    assert climbs(PACKAGE) == []


def test_there_is_no_circle_of_lazy_imports_either() -> None:
    """What is imported inside a function counts as well."""
    assert circle(PACKAGE) == ""


def test_no_folder_is_crowded() -> None:
    assert crowded(PACKAGE) == []


def test_planted_faults_inside_a_package_are_found(house: Path) -> None:
    """An import that climbs, a lazy circle, a fifteenth module."""
    for path, source in {
        "lab/figures/strip.py": "def f():\n    import mfa_lab.lab.grading.checks",
        "lab/grading/checks.py": "import mfa_lab.lab.figures.strip",
        "lab/cellar.py": "",
        **{f"web/m{number}.py": "" for number in range(15)},
    }.items():
        (house / path).parent.mkdir(parents=True, exist_ok=True)
        (house / path).write_text(source)
    assert "mfa_lab.lab.figures.strip: imports mfa_lab.lab.grading.checks, which is above it" in climbs(house)
    assert "mfa_lab.lab.cellar: stands on no floor" in climbs(house)
    assert "mfa_lab.server.store -> mfa_lab.server.flow" in circle(house)  # the small house has one, a lazy one
    assert crowded(house) == ["web: 15"]

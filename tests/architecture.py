"""The structure of the package as one table: which part may import which. The tests and the picture both read it.

`python -m tests.architecture` writes docs/architecture.md and its picture again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from html import escape
from pathlib import Path

import mfa_lab
from mfa_lab.style import ATTACKER, PHONE, QUIET, SERVER

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path(mfa_lab.__file__).parent
PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "images" / "architecture.svg"


@dataclass(frozen=True, slots=True)
class Part:
    """A module or package of mfa_lab. `inside` are its own floors, lowest first."""

    name: str
    holds: str
    inside: tuple[frozenset[str], ...] = ()


def floors(*names: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split()) for each in names)


# Lowest first. A part imports what is below it, or beside it on its floor.
FLOORS: list[tuple[Part, ...]] = [
    (
        Part("errors", "the errors that calls may raise"),
        Part("clock", "the only source of time"),
        Part("randomness", "the only source of randomness"),
        Part("redaction", "objects that hide secrets in repr, logs and tracebacks"),
        Part("resources", "the places where notebooks and data are stored"),
        Part("lazy", "packages that load a name only when it is first used"),
        Part("style", "colours and shapes of server, phone and attacker"),
    ),
    (
        Part(
            "otp",
            "time steps, codes, matching, diagnosis, a step-by-step view of the algorithm, and drift",
            floors("steps", "codes", "matching", "diagnosis explanation drift"),
        ),
    ),
    (
        Part("provisioning", "transport of a shared secret: URIs, QR codes, exports, tables"),
        Part("policy", "the rules of one server, and their TOML form"),
    ),
    (
        Part(
            "server",
            "the company's side: passwords, login, factors, account, storage, notifications",
            floors(
                "decision records storage",
                "audit passwords notifications",
                "services factors names",
                "login",
                "account",
                "flow",
            ),
        ),
        Part(
            "phone",
            "the user's side: the authenticator app and its widget, passkeys, the browser that knows its origin",
        ),
    ),
    (
        Part(
            "attacks",
            "the attacker's side: one module for each attack, and the simulations",
            floors("law", "record simulation", "helpers", "passkeys", "player", "*", "report"),
        ),
    ),
    (
        Part(
            "lab",
            "everything that the notebooks show",
            floors(
                "answers busy cell_order doctor facts formatting other_systems plugins room seat source table terms "
                "working_copy",
                "figures",
                "widgets",
                "demos",
                "exercises",
                "grading",
            ),
        ),
    ),
    (
        Part("trainer", "seats, cards, slides, the board, the book, the class server, refreshed notebooks"),
        Part("web", "MFA in front of a real web application"),
    ),
    (Part("cli", "the `mfa-lab` command"),),
]
APART = {("server", "phone"), ("phone", "server")}
MOST_MODULES = 14
ONE_MODULE_EACH = {"mfa_lab.lab.exercises", "mfa_lab.attacks"}  # a notebook or an attack has its own
NOTEBOOK_LIBRARIES = {"IPython", "ipywidgets", "anywidget", "matplotlib"}
CLOCKS = {
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
}
TIMELESS = {"otp", "policy", "provisioning", "server"}  # takes `now` as an argument; flow alone reads the clock
DICE = {"random", "secrets", "os.urandom", "uuid"}


def part(module: str) -> str:
    """Return `server` for mfa_lab.server.flow."""
    return module.split(".")[1] if "." in module else ""


def floor(module: str) -> int:
    """Return the number of the module's floor, or -1 where it is on none."""
    return next((number for number, parts in enumerate(FLOORS) for each in parts if each.name == part(module)), -1)


def floor_inside(module: str) -> int | None:
    """Return the module's floor inside its part; None where the part has none, -1 where the module is on none."""
    inside = next((each.inside for parts in FLOORS for each in parts if each.name == part(module)), ())
    names = module.split(".")
    if not inside or len(names) < 3:
        return None
    found = [number for number, each in enumerate(inside) if names[2] in each]
    return next(iter(found or [number for number, each in enumerate(inside) if "*" in each]), -1)


def modules(package: Path) -> dict[str, ast.Module]:
    """Return every module of the package under its dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        if "_shipped" not in path.parts:
            parts = path.relative_to(package.parent).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree: ast.AST, known: set[str]) -> Iterator[str]:
    """Yield what a module imports anywhere, by full name: mfa_lab.otp for `from mfa_lab import otp`, mfa_lab:Phone
    for `from mfa_lab import Phone`, a dot for a relative import.
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
    """Return the module of this package that `name` is, or is in; else ''."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def without_type_checking(tree: ast.Module) -> ast.Module:
    """Return the module without `if TYPE_CHECKING`, which never runs."""
    return ast.Module([node for node in tree.body if not ast.unparse(node).startswith("if TYPE_CHECKING")], [])


def violations(package: Path) -> list[str]:
    """Return every broken rule, as `module: what it does`."""
    trees = modules(package)
    known = set(trees)
    broken = []
    for module, tree in trees.items():
        names = list(imports(tree, known))
        if module != "mfa_lab":
            broken += [f"{module}: {what}" for what in wrong_imports(module, names, known)]
        broken += [f"{module}: {what}" for what in wrong_sources(module, tree, names)]
    graph = {
        module: {imported_module(name, known) for name in imports(without_type_checking(tree), known)}
        - {"", module, "mfa_lab"}
        for module, tree in trees.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        broken.append("cycle: " + " -> ".join(error.args[1]))
    return [*broken, *crowded(package)]


def wrong_imports(module: str, names: list[str], known: set[str]) -> Iterator[str]:
    if floor(module) < 0 or floor_inside(module) == -1:
        yield "is on no floor: name it in tests/architecture.py"
    for name in names:
        target = imported_module(name, known)
        if name == ".":
            yield "imports relatively: write the full name"
        elif name.startswith("mfa_lab:") and name != "mfa_lab:__version__":
            yield f"imports {name[8:]} through the package's front door"
        elif target and target != "mfa_lab" and floor(target) > floor(module):
            yield f"imports {target}, which is above it"
        elif module.count(".") == 1 and part(module) == part(target):
            continue  # a package hands out what is inside it
        elif part(module) == part(target) and (floor_inside(target) or 0) > (floor_inside(module) or 0):
            yield f"imports {target}, which is above it inside {part(module)}"
        elif (part(module), part(target)) in APART:
            yield f"imports {target}, across the trust boundary"
        elif target == "mfa_lab.lab" and part(module) == "lab":
            yield f"imports {name} through the notebooks' door"
        if (
            name.split(".")[0] in NOTEBOOK_LIBRARIES
            and part(module) not in {"lab", "trainer"}
            and module != "mfa_lab.phone.widget"
        ):
            yield f"imports {name}, which only lab may"


def wrong_sources(module: str, tree: ast.Module, names: list[str]) -> Iterator[str]:
    """Yield where time does not come from `clock`, or randomness not from `randomness`; only flow asks a clock."""
    calls = {
        f"{ast.unparse(node.value).rpartition('.')[2]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    used = calls | set(names)
    if part(module) not in {"clock", "cli", "lab", "trainer"}:
        yield from (f"reads the machine's clock by {name}" for name in sorted(used & CLOCKS))
    if part(module) in TIMELESS and module != "mfa_lab.server.flow" and any(c.endswith(".now") for c in calls):
        yield "reads a clock below flow"
    if part(module) != "randomness":
        yield from (
            f"takes randomness from {name}" for name in sorted(used) if name in DICE or name.split(".")[0] in DICE
        )


def crowded(package: Path) -> Iterator[str]:
    """Yield each folder with more modules than a newcomer can take in at once."""
    for folder in [package, *sorted(path for path in package.rglob("*") if path.is_dir())]:
        name = ".".join(folder.relative_to(package.parent).parts)
        count = sum(path.name != "__init__.py" for path in folder.glob("*.py"))
        if count > MOST_MODULES and name not in ONE_MODULE_EACH:
            yield f"{name}: has {count} modules side by side; {MOST_MODULES} at most"


# --- The page ------------------------------------------------------------------------------------------------------

BEGIN, END = "<!-- floors: written by python -m tests.architecture -->", "<!-- end of floors -->"


def floors_table() -> str:
    """Return the floors as a Markdown table, highest first."""
    rows = [BEGIN, "| floor | part | what it holds |", "|---|---|---|"]
    for number, parts in reversed(list(enumerate(FLOORS, start=1))):
        rows += [f"| {number} | {link(each)} | {each.holds} |" for each in parts]
    return "\n".join([*rows, END])


def link(each: Part) -> str:
    file = f"{each.name}/" if (PACKAGE / each.name).is_dir() else f"{each.name}.py"
    return f"[`{each.name}`](../mfa_lab/{file})"


def page() -> str:
    """Return docs/architecture.md with its table of floors as the rules have it."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) + len(END) :]
    return f"{before}{floors_table()}{after}"


WIDE, HIGH, GAP = 860, 46, 10
TONES = {"server": SERVER, "phone": PHONE, "attacks": ATTACKER}


def picture() -> str:
    """Return the floors as a picture, lowest at the bottom; a dashed line is the trust boundary."""
    drawn, top = [], GAP
    for parts in reversed(FLOORS):
        wide = (WIDE - GAP * (len(parts) + 1)) / len(parts)
        for number, each in enumerate(parts):
            left = GAP + number * (wide + GAP)
            tone = TONES.get(each.name, QUIET)
            drawn.append(
                f'<rect x="{left:.0f}" y="{top}" width="{wide:.0f}" height="{HIGH}" rx="6" fill="#FFFFFF" '
                f'stroke="{tone.fill}" stroke-width="{3 if each.name in TONES else 1.5}"/>'
                f'<text x="{left + wide / 2:.0f}" y="{top + HIGH / 2 + 6:.0f}" text-anchor="middle" '
                f'fill="{tone.text if each.name in TONES else "#1B1F24"}">{each.name}</text>'
            )
        if {each.name for each in parts} == {"server", "phone"}:
            drawn.append(
                f'<path d="M{WIDE / 2:.0f} {top - GAP / 2:.0f} v{HIGH + GAP}" stroke="#57606A" stroke-width="2" '
                'stroke-dasharray="5 4"/>'
            )
        top += HIGH + GAP
    words = "; ".join(" and ".join(each.name for each in parts) for parts in reversed(FLOORS))
    label = f"The floors of mfa_lab, highest first: {words}. Each imports only from its own floor or from below."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {top}" role="img" '
        f'aria-label="{escape(label)}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="17">'
        f'<rect width="{WIDE}" height="{top}" fill="#FFFFFF"/>{"".join(drawn)}</svg>\n'
    )


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()

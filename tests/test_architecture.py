"""The structure of the package, held by reading its imports; and that importing mfa_lab stays light."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import mfa_lab
import mfa_lab.attacks
import mfa_lab.lab
from tests.architecture import MOST_MODULES, PACKAGE, PAGE, PICTURE, ROOT, page, picture, violations


def test_the_structure_holds() -> None:
    """Imports point down, the two sides do not know each other, time and randomness come in by one door each, and no
    folder is crowded.
    """
    assert violations(PACKAGE) == []


def test_the_page_and_its_picture_are_the_rules() -> None:
    """docs/architecture.md shows the table that is tested: run `python -m tests.architecture` after a change."""
    assert page() == PAGE.read_text(encoding="utf-8")
    assert picture() == PICTURE.read_text(encoding="utf-8")


PLANTED = [
    ("otp/codes.py", "from mfa_lab.server.flow import MfaServer", "mfa_lab.server.flow, which is above it"),
    ("errors.py", "import mfa_lab.otp", "mfa_lab.otp, which is above it"),
    ("errors.py", "def f():\n    from mfa_lab import otp", "mfa_lab.otp, which is above it"),
    ("server/flow.py", "from mfa_lab.attacks import replay", "mfa_lab.attacks.replay, which is above it"),
    ("attacks/replay.py", "from mfa_lab.lab.widgets import forms", "mfa_lab.lab.widgets.forms, which is above it"),
    ("lab/widgets/forms.py", "import mfa_lab.cli.group", "mfa_lab.cli.group, which is above it"),
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
    ("cli/group.py", "def f():\n    import matplotlib.pyplot", "matplotlib.pyplot, which only lab may"),
    ("phone/authenticator.py", "from IPython.display import HTML", "IPython.display.HTML, which only lab may"),
    ("phone/authenticator.py", "import time\ntime.time()", "clock by time.time"),
    ("phone/authenticator.py", "from time import time", "clock by time.time"),
    ("otp/codes.py", "import datetime\ndatetime.datetime.now()", "clock by datetime.now"),
    ("server/flow.py", "from datetime import date\ndate.today()", "clock by date.today"),
    ("server/storage/store.py", "def f(clock):\n    return clock.now()", "reads a clock below flow"),
    ("otp/codes.py", "def f(self):\n    return self.clock.now()", "reads a clock below flow"),
    ("__init__.py", "import secrets", "randomness from secrets"),
    ("server/flow.py", "from secrets import token_bytes", "randomness from secrets.token_bytes"),
    ("lab/widgets/forms.py", "import random", "randomness from random"),
    ("server/storage/store.py", "import os\nos.urandom(16)", "randomness from os.urandom"),
    ("drawer.py", "", "is on no floor"),
    ("server/drawer.py", "", "is on no floor"),
    (
        "server/storage/store.py",
        "from mfa_lab.server import flow",
        "flow, which is above it inside server",
    ),
    ("lab/widgets/forms.py", "from mfa_lab.lab.grading import checks", "checks, which is above it inside lab"),
    ("lab/widgets/forms.py", "from mfa_lab.lab import check", "through the notebooks' door"),
    ("attacks/replay.py", "from mfa_lab.attacks import report", "report, which is above it inside attacks"),
]


@pytest.fixture
def structure(tmp_path: Path) -> Path:
    """A small package that breaks no rule."""
    package = tmp_path / "mfa_lab"
    for path, source in {
        "__init__.py": "if TYPE_CHECKING:\n    from mfa_lab.server.flow import MfaServer",
        "errors.py": "",
        "clock.py": "import time\ntime.time()",
        "randomness.py": "import random, secrets",
        "otp/__init__.py": "",
        "otp/codes.py": "from mfa_lab.errors import MfaError",
        "server/__init__.py": "",
        "server/storage/store.py": "from mfa_lab import otp",
        "provisioning/qr.py": "",
        "provisioning/uri.py": "import mfa_lab.provisioning.qr",
        "server/flow.py": "def f(clock):\n    from mfa_lab.server.storage import store\n    return clock.now()",
        "phone/__init__.py": "",
        "phone/authenticator.py": "import mfa_lab.otp",
        "phone/widget.py": "import anywidget",
        "attacks/report.py": "",
        "attacks/__init__.py": "",
        "lab/__init__.py": "",
        "lab/grading/checks.py": "",
        "attacks/replay.py": "import mfa_lab.server.flow\nfrom mfa_lab.phone.authenticator import Phone",
        "lab/widgets/forms.py": "import ipywidgets\nfrom mfa_lab.attacks import replay",
        "cli/group.py": "from mfa_lab import __version__\nimport time\ntime.time()",
    }.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(source)
    return package


def test_a_sound_structure_is_found_sound(structure: Path) -> None:
    """Lazy imports, type-checking imports, the front door's version and flow's one clock are no violations."""
    assert violations(structure) == []


def plant(structure: Path, path: str, source: str) -> list[str]:
    """What is found after `source` is written at the end of the file."""
    with (structure / path).open("a") as file:
        file.write(f"\n{source}\n")
    return violations(structure)


@pytest.mark.parametrize(("path", "source", "said"), PLANTED, ids=[f"{p}: {s[:40]!r}" for p, s, _ in PLANTED])
def test_a_planted_violation_is_found(path: str, source: str, said: str, structure: Path) -> None:
    """Each rule goes red where it is broken, and says where and what."""
    module = ".".join(("mfa_lab/" + path).removesuffix(".py").removesuffix("/__init__").split("/"))
    found = plant(structure, path, source)
    assert any(line.startswith(f"{module}: ") and said in line for line in found), found


def test_a_crowded_folder_is_found(structure: Path) -> None:
    """More modules side by side than a newcomer can take in. Attacks and exercises may have any number."""
    for number in range(MOST_MODULES + 1):
        (structure / "phone" / f"phone_{number}.py").write_text("")
        (structure / "attacks" / f"attack_{number}.py").write_text("")
    (found,) = violations(structure)
    assert found.startswith(f"mfa_lab.phone: has {MOST_MODULES + 3} modules side by side")


def test_a_circle_is_found(structure: Path) -> None:
    """Two modules that import each other, even if one of them does so in a function."""
    (found,) = plant(structure, "provisioning/qr.py", "def f():\n    import mfa_lab.provisioning.uri")
    assert found.startswith("cycle: ")
    assert {"mfa_lab.provisioning.qr", "mfa_lab.provisioning.uri"} <= set(found.split())


def test_the_page_names_functions_that_are_there() -> None:
    """Each step of a code's way through the server, and each place to look, is a function or class of its file."""
    text = PAGE.read_text(encoding="utf-8")
    steps = re.findall(r"^\d\. .*?\[`\w+\.(\w+)`\]\(\.\./([\w/]+\.py)\)", text, re.MULTILINE)
    places = re.findall(r"`(\w+)` in \[[\w/.]+\]\(\.\./([\w/]+\.py)\)", text)
    assert (len(steps), len(places)) == (5, 15)
    missing = [
        (name, path)
        for name, path in steps + places
        if not re.search(rf"^ *(def|class) {name}\b", (ROOT / path).read_text("utf-8"), re.MULTILINE)
    ]
    assert missing == []


HEAVY = {"IPython", "PIL", "anywidget", "fido2", "ipywidgets", "jupyterlab", "matplotlib", "numpy", "zxingcpp"}


@pytest.mark.parametrize(
    "statement", ["import mfa_lab", "from mfa_lab import MfaServer", "from mfa_lab import Phone"]
)
def test_importing_loads_nothing_of_jupyter(statement: str) -> None:
    """An application that uses the server side loads no notebook, plotting or picture library, and no `fido2`."""
    program = f"import sys\n{statement}\nprint(sorted({HEAVY!r} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"


@pytest.mark.parametrize("package", [mfa_lab, mfa_lab.attacks, mfa_lab.lab], ids=lambda package: package.__name__)
def test_every_public_name_can_be_imported(package: ModuleType) -> None:
    """Each entry point offers no name that is not there; an unknown one is an AttributeError that says so."""
    assert len(package._HOMES) > 10
    for name in package._HOMES:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'no_such_name'"):
        package.no_such_name  # noqa: B018

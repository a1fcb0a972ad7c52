"""What a stranger gets: the files of the repository, the README's promises, the wheel in an empty environment."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

import mfa_lab
from tests.cli.test_cli import running_lab
from tests.needs import missing

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")
FENCE = r"(?ms)^```{language}\n(.*?)^```$"
# Written backwards, so that this list is not what it looks for.
REGISTRIES = [
    name[::-1]
    for name in (
        "gro.ipyp",
        "gro.detsohnohtyp",
        "gro.sjmpn.yrtsiger",
        "moc.gkpnray.yrtsiger",
        "moc.adnocana",
        "dna.oi.adnoc",
        "ved.xiferp",
        "oi.setarc",
        "gro.naibed.bed",
        "gro.naibed.ytiruces",
        "gro.gnalog.yxorp",
        "gro.smegybur",
    )
]


# The files of the repository


def repository_files() -> list[Path]:
    """Every file that is tracked, or would be by `git add .`."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, capture_output=True, check=False)
    if listed.returncode != 0:
        missing("not a git checkout")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_package_registry():
    """Where packages come from is the business of anyone who installs: a mirror, a wheelhouse, a proxy."""
    named = {
        f"{path.relative_to(ROOT)}: {host}"
        for path in repository_files()
        for host in REGISTRIES
        if host.encode() in path.read_bytes().lower()
    }
    assert named == set()


def test_the_version_is_the_same_everywhere():
    """pyproject.toml, the installed metadata and the package agree."""
    assert PROJECT["project"]["version"] == mfa_lab.__version__ == importlib.metadata.version("mfa-lab")


def test_environment_yml_is_equal_to_pyproject():
    """conda brings the Python that CI proves, and pip; all else is the lab extra of pyproject.toml itself."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    *conda, by_pip = environment["dependencies"]
    specs = {spec.name.normalized: str(spec.version) for spec in map(MatchSpec, conda)}
    assert set(specs) == {"python", "pip"}
    assert by_pip == {"pip": ["-e .[lab]"]}
    python = specs["python"].removesuffix(".*").strip("=")
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(python)
    assert python == PROJECT["tool"]["mypy"]["python_version"]


def test_only_python_versions_that_ci_runs_are_claimed():
    """pyproject.toml and the README name the version of CI's machine and those that .ci/run adds, and no other."""
    added = re.search(r'^also_claimed="(.*)"$', (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert added is not None
    run = [PROJECT["tool"]["mypy"]["python_version"], *added[1].split()]
    classifiers = "\n".join(PROJECT["project"]["classifiers"])
    assert re.findall(r"Programming Language :: Python :: (3\.\d+)", classifiers) == run
    (sentence,) = re.findall(r"Each submission is tested on Debian with (.*?)\. uv", README)
    assert re.findall(r"3\.\d+", sentence) == run


def test_the_server_side_needs_no_jupyter():
    """The base dependencies are the server's alone; the two constraints on jsonschema say the same."""
    base = {Requirement(line).name for line in PROJECT["project"]["dependencies"]}
    lab = [Requirement(line) for line in PROJECT["project"]["optional-dependencies"]["lab"]]
    assert base & {"jupyterlab", "ipykernel", "ipywidgets", "anywidget", "matplotlib", "zxing-cpp"} == set()
    constraint = next(str(requirement) for requirement in lab if requirement.name == "jsonschema")
    assert PROJECT["tool"]["uv"]["constraint-dependencies"] == [constraint]


def test_the_date_is_moved_by_one_command(tmp_path: Path):
    """CONTRIBUTING's command changes the one line that pins every version; a date that is none changes nothing."""
    copy = tmp_path / "pyproject.toml"
    shutil.copy(ROOT / "pyproject.toml", copy)
    move = [sys.executable, str(ROOT / ".ci" / "move_date.py")]
    assert subprocess.run([*move, "15 Jan", str(copy)], capture_output=True, check=False).returncode != 0
    assert copy.read_text("utf-8") == (ROOT / "pyproject.toml").read_text("utf-8")
    subprocess.run([*move, "2027-01-15", str(copy)], check=True)
    moved = tomllib.loads(copy.read_text("utf-8"))
    assert moved["tool"]["uv"].pop("exclude-newer") == "2027-01-15T00:00:00Z"
    assert moved["tool"]["uv"] == {k: v for k, v in PROJECT["tool"]["uv"].items() if k != "exclude-newer"}


# The README's promises


def fences(language: str) -> list[str]:
    return re.findall(FENCE.format(language=language), README)


def test_the_readmes_python_prints_what_the_readme_says(tmp_path: Path):
    """Each Python snippet runs as it stands, warnings being errors, and prints the text block below it."""
    snippets, outputs = fences("python"), fences("text")
    assert len(snippets) == len(outputs) >= 1
    for snippet, output in zip(snippets, outputs, strict=True):
        command = [sys.executable, "-W", "error", "-c", snippet]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (ran.stdout, ran.stderr) == (output, "")


def test_the_two_commands_stand_in_the_readme_word_for_word():
    """CI greps the second one and runs it."""
    commands = [line for fence in fences("") for line in fence.splitlines()]
    for command in ("pip install uv && uv run mfa-lab", "pip install uv && uv run --group test pytest"):
        assert commands.count(command) == 1


PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_exists(page):
    """Links to files, and paths of folders and modules in backticks."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = {link.partition("#")[0] for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)\s]+)\)", text)}
    named = set(re.findall(r"`((?:mfa_lab|tests|docs|data|notebooks|benchmarks)/[\w./-]*)`", text))
    if page.name == "renames.md":  # the left column is what was
        named = set()
    assert [link for link in sorted(links) if not (page.parent / link).exists()] == []
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


# The wheel and the sdist


def uv(*arguments: str, cwd: Path = ROOT) -> None:
    ran = subprocess.run(["uv", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel that is built from the checkout."""
    if shutil.which("uv") is None:
        missing("uv is not installed: pip install uv")
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--wheel", "--out-dir", str(folder))
    return folder


def wheel_in(folder: Path) -> Path:
    return next(folder.glob("*.whl"))


def members(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


@pytest.mark.full
def test_the_wheel_carries_notebooks_and_data_and_no_scratch_files(built: Path):
    """All that git knows of the package, the notebooks and data is in the wheel, and nothing else."""
    homes = {"mfa_lab": "mfa_lab", "notebooks": "mfa_lab/_shipped/notebooks", "data": "mfa_lab/_shipped/data"}
    paths = [path.relative_to(ROOT) for path in repository_files()]
    expected = {"/".join((homes[path.parts[0]], *path.parts[1:])) for path in paths if path.parts[0] in homes}
    assert {name for name in members(wheel_in(built)) if ".dist-info/" not in name} == expected


@pytest.mark.full
def test_the_sdist_makes_the_same_wheel(built: Path, tmp_path: Path):
    """A wheel built from the sdist is byte for byte the one built from the checkout; the sdist has the tests."""
    uv("build", "--sdist", "--out-dir", str(tmp_path))
    sdist = next(tmp_path.glob("*.tar.gz"))
    uv("build", "--wheel", "--out-dir", str(tmp_path), str(sdist))
    assert members(wheel_in(tmp_path)) == members(wheel_in(built))
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"tests/test_packaging.py", "environment.yml", "CHANGELOG.md", "LICENSE", ".ci/run"} <= names


class Elsewhere:
    """An empty environment away from the checkout, with the wheel in it."""

    def __init__(self, folder: Path, wheel: Path, extra: str = "") -> None:
        self.folder = folder
        self.bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        uv("venv", "--quiet", "--python", sys.executable, str(folder / "venv"), cwd=folder)
        until = PROJECT["tool"]["uv"]["exclude-newer"]
        target = ["--python", str(self.bin / "python"), "--exclude-newer", until]
        uv("pip", "install", "--quiet", *target, f"{wheel}{extra}", cwd=folder)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def base(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(tmp_path_factory.mktemp("base"), wheel_in(built))


@pytest.fixture(scope="module")
def with_lab(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(tmp_path_factory.mktemp("lab"), wheel_in(built), "[lab]")


@pytest.mark.full
def test_the_base_wheel_is_a_whole_server_without_jupyter(base: Elsewhere):
    """An application gets MfaServer with the base dependencies alone, and none of the notebooks' packages."""
    program = (
        "import importlib.util as u; from mfa_lab import MfaServer, Policy\n"
        "server = MfaServer('sqlite://', policy=Policy.STANDARD)\n"
        "server.register('alice@example.org', 'correct horse battery staple')\n"
        "pending = server.begin_login('alice@example.org', 'correct horse battery staple')\n"
        "assert server.start_enrolment(pending).qr_png().startswith(b'\\x89PNG')\n"
        "print([n for n in ('jupyterlab', 'IPython', 'ipywidgets', 'matplotlib', 'numpy') if u.find_spec(n)])\n"
    )
    ran = base.run("python", "-W", "error", "-c", program)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


@pytest.mark.full
def test_the_base_wheels_command_says_what_is_missing(base: Elsewhere):
    """Without the lab extra the command still copies notebooks, and says in a sentence what to install."""
    assert base.run("mfa-lab", "--version").stdout == f"mfa-lab, version {mfa_lab.__version__}\n"
    ran = base.run("mfa-lab", "work")
    assert (ran.returncode, "mfa-lab[lab]" in ran.stderr, "Traceback" in ran.stderr) == (1, True, False)
    assert not (base.folder / "work").exists()
    assert base.run("mfa-lab", "work", "--copy-only").returncode == 0
    assert list((base.folder / "work").glob("*.ipynb"))
    ran = base.run("mfa-lab", "doctor")
    assert (ran.returncode, ran.stdout.count("FAULT")) == (1, 4), ran.stdout  # packages, widgets, server, kernel
    assert ran.stdout.count("mfa-lab[lab]") == 3, ran.stdout
    assert ran.stderr == ""


@pytest.mark.full
def test_the_wheel_with_the_lab_works_away_from_the_checkout(with_lab: Elsewhere, monkeypatch, tmp_path: Path):
    """Installed in an empty environment: doctor is content, JupyterLab starts on notebooks that came in the wheel."""
    ran = with_lab.run("mfa-lab", "doctor")
    assert (ran.returncode, "FAULT" in ran.stdout) == (0, False), ran.stdout
    where = with_lab.run("python", "-c", "from mfa_lab.resources import notebooks_dir as n; print(n())").stdout
    assert Path(where.strip()).is_relative_to(with_lab.folder)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with running_lab(tmp_path, "--no-browser", "--port", "0", command=[str(with_lab.bin / "mfa-lab")]) as lab:
        assert b"JupyterLab" in lab.ask("/lab")
        assert list((tmp_path / "mfa-lab-work").glob("*.ipynb"))

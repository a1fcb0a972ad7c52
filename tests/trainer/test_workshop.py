"""A workshop's folder: complete, its own for each seat, added to and never written over; and the cards."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from packaging.utils import canonicalize_name, parse_wheel_filename

from mfa_lab.cli.group import main
from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.lab.exercises import exercises, predictions
from mfa_lab.lab.formatting import plain
from mfa_lab.lab.grading.progress_file import Store
from mfa_lab.lab.seat import FILE, as_text, read, seeded
from mfa_lab.lab.working_copy import kit_files
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer import wheelhouse as bundle_module
from mfa_lab.trainer.answer_sheet import answers_html, key_html
from mfa_lab.trainer.cards import CARD_MM, COLUMNS, PAGE_MM, QR_MM, ROWS, cards_html, cards_pdf
from mfa_lab.trainer.page import MADE_BY
from mfa_lab.trainer.workshop import TRAINER, prepare
from tests.secret_scan import leaks

ROOT = Path(__file__).parents[2]
SEATS = [seeded("a test", number) for number in range(1, 11)]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_seat_is_complete_and_its_own(tmp_path):
    """All notebooks, an account that nobody else has, and a pseudonym; notes for the trainer are in no seat."""
    made = prepare(tmp_path, 3, "a test")
    assert made.new == ("seat-01", "seat-02", "seat-03")
    for seat in made.seats:
        place = tmp_path / seat.seat
        assert read(place) == seat
        assert Store(place).read().pseudonym == seat.seat
        names = {path.name for path in place.iterdir() if not path.name.startswith(".")}
        assert names == {*kit_files(notebooks_dir()), FILE}
        assert not any("trainer" in name or name.endswith((".md", ".html")) for name in everything(place))
    assert len({seat.secret for seat in made.seats}) == 3


@pytest.mark.full
def test_a_second_run_adds_and_leaves_everything_else(tmp_path):
    """What a learner wrote, deleted or broke stays as it is, and so does a seat from a run with more seats."""
    prepare(tmp_path, 3, "a test")
    (tmp_path / "seat-01" / "00_first_login.ipynb").write_text("my own")
    (tmp_path / "seat-02" / "00_first_login.ipynb").unlink()
    (tmp_path / "seat-02" / ".mfa-lab-progress.json").write_text("broken")
    seats = {name: content for name, content in everything(tmp_path).items() if name.startswith("seat")}
    made = prepare(tmp_path, 2)
    assert (made.new, made.kept, made.seed) == ((), ("seat-01", "seat-02", "seat-03"), "a test")
    made = prepare(tmp_path, 5)
    assert made.new == ("seat-04", "seat-05")
    assert everything(tmp_path).items() >= seats.items()
    assert [seat.seat for seat in made.seats] == [seat.seat for seat in SEATS[:5]]
    assert "seat-05@example.org" in (tmp_path / TRAINER / "cards.html").read_text()


@pytest.mark.full
def test_what_the_seats_must_not_see_lies_in_one_folder_that_can_be_taken_away(tmp_path):
    """The overview says so. Without it nothing of the trainer's is left beside the seats; put back, it goes on."""
    prepare(tmp_path / "room", 2, "a test")
    overview = BeautifulSoup((tmp_path / "room" / TRAINER / "overview.html").read_text(), "html.parser").get_text()
    assert "first remove this folder, trainer, from the server" in " ".join(overview.split())
    (tmp_path / "room" / TRAINER).rename(tmp_path / "mine")
    assert {path.name for path in (tmp_path / "room").iterdir()} == {"seat-01", "seat-02"}
    for seat, other in (("seat-01", SEATS[1]), ("seat-02", SEATS[0])):
        left = b"".join(everything(tmp_path / "room" / seat).values())
        assert other.secret.encode() not in left
        assert MADE_BY.encode() not in left
    (tmp_path / "mine").rename(tmp_path / "room" / TRAINER)
    assert prepare(tmp_path / "room", 3).seats == tuple(SEATS[:3])


@pytest.mark.full
def test_a_run_that_was_cut_short_is_finished(tmp_path):
    """seat.json comes last: where it is missing from a working copy, the seat is completed."""
    prepare(tmp_path, 2, "a test")
    (tmp_path / "seat-02" / FILE).unlink()
    (tmp_path / "seat-02" / "00_first_login.ipynb").write_text("my own")
    assert prepare(tmp_path, 2).new == ("seat-02",)
    assert read(tmp_path / "seat-02") == SEATS[1]
    assert (tmp_path / "seat-02" / "00_first_login.ipynb").read_text() == "my own"


@pytest.mark.full
def test_without_a_seed_two_workshops_differ(tmp_path):
    """And each remembers its own."""
    one, other = (prepare(tmp_path / name, 1) for name in ("one", "other"))
    assert one.seats != other.seats
    assert prepare(tmp_path / "one", 2).seats[0] == one.seats[0]


def stranger(folder: Path) -> None:
    (folder / "seat-01").mkdir(parents=True)
    (folder / "seat-01" / "thesis.txt").write_text("mine")


def link(folder: Path) -> None:
    folder.mkdir()
    (folder / "elsewhere").mkdir()
    (folder / "seat-01").symlink_to(folder / "elsewhere")


def trainers_link(folder: Path) -> None:
    folder.mkdir()
    (folder / "elsewhere").mkdir()
    (folder / TRAINER).symlink_to(folder / "elsewhere")


def trainers_own(folder: Path) -> None:
    (folder / TRAINER).mkdir(parents=True)
    (folder / TRAINER / "overview.html").write_text("my own notes")


def broken_plan(folder: Path) -> None:
    (folder / TRAINER).mkdir(parents=True)
    (folder / TRAINER / "workshop.json").write_text('{"seed": 4}')


def linked_plan(folder: Path) -> None:
    (folder / TRAINER).mkdir(parents=True)
    (folder / "seed.json").write_text('{"seed": "theirs"}')
    (folder / TRAINER / "workshop.json").symlink_to(folder / "seed.json")


def piped_plan(folder: Path) -> None:
    (folder / TRAINER).mkdir(parents=True)
    os.mkfifo(folder / TRAINER / "workshop.json")


def a_file(folder: Path) -> None:
    folder.write_text("mine")


@pytest.mark.parametrize(
    "plant", [stranger, link, trainers_link, trainers_own, broken_plan, linked_plan, piped_plan, a_file]
)
def test_what_is_not_ours_is_refused_and_left(plant, tmp_path):
    """Somebody's folder, a link, a file: one sentence that names the place, and nothing of it is changed."""
    plant(tmp_path / "room")
    before = everything(tmp_path)
    with pytest.raises(InvalidInput, match="another"):
        prepare(tmp_path / "room", 1)
    after = everything(tmp_path)
    assert {name: after[name] for name in before} == before
    assert not list(tmp_path.glob("room/elsewhere/*"))


def test_another_seed_is_refused(tmp_path):
    """Seats with accounts of two seeds would not fit their cards."""
    prepare(tmp_path, 1, "a test")
    with pytest.raises(InvalidInput, match="another seed"):
        prepare(tmp_path, 2, "b")
    assert not (tmp_path / "seat-02").exists()


def test_the_command_tells_what_it_made(tmp_path):
    """In words, with the places; and a refusal is one line, not a traceback."""
    room = str(tmp_path / "room")
    done = CliRunner().invoke(main, ["workshop", "--seats", "3", "--dir", room, "--seed", "a test"])
    assert (done.exit_code, "New here: seat-01 to seat-03" in done.output) == (0, True)
    done = CliRunner().invoke(main, ["workshop", "--seats", "3", "--dir", room, "--seed", "b"])
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert CliRunner().invoke(main, ["workshop", "--seats", "0", "--dir", room]).exit_code == 2


def test_the_cards_hold_each_seat_and_its_text_alternative():
    """Name, password, setup key, and a QR code with a name that does not tell the secret."""
    page = BeautifulSoup(cards_html(SEATS), "html.parser")
    cards = page.find_all("article")
    assert len(cards) == len(SEATS)
    for card, seat in zip(cards, SEATS, strict=True):
        assert [dd.get_text() for dd in card.find_all("dd")] == [seat.name, seat.password, seat.setup_key]
        label = card.find("svg")["aria-label"]
        assert seat.seat in label
        assert seat.secret not in label
    assert len(page.find_all("section")) == 2


def test_what_the_trainer_gets_holds_no_secret_but_demo_ones(tmp_path):
    """The scan that looks at every committed file, at all that a workshop writes; QR codes are read too."""
    prepare(tmp_path, 2, "a test")
    assert {name: found for name in everything(tmp_path) if (found := leaks(tmp_path / name))} == {}


def test_no_page_asks_anybody_for_anything(tmp_path):
    """No address in any of them, but those of XML's own names and links to sources."""
    prepare(tmp_path, 1, "a test")
    for path in (tmp_path / TRAINER).glob("*.html"):
        text = path.read_text().replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
        text = re.sub(r'<a href="https://[^"]*"', "", text)  # a link asks nobody until somebody follows it
        assert re.findall(r'(?:src|href|url|@import)[=(\s]+["\']?(?:https?:)?//', text) == [], path.name
        assert "Content-Security-Policy" in text


def test_the_pdf_is_a4_and_reads_as_text():
    """Two sheets of A4 for ten seats, with a title."""
    content = cards_pdf(SEATS)
    assert len(re.findall(rb"/Type /Page\b", content)) == 2
    ((width, height),) = set(re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", content))
    assert [round(float(side) / 72 * 25.4, 1) for side in (width, height)] == list(PAGE_MM)
    assert b"Seat cards" in content
    assert b"/FontFile2" in content


def test_the_cards_fit_the_sheet():
    """With a margin that every printer manages, and a QR code whose modules are wide enough."""
    for side, count in enumerate((COLUMNS, ROWS)):
        assert PAGE_MM[side] - count * CARD_MM[side] >= 2 * 12
    modules = int(re.search(r'viewBox="0 0 (\d+)', cards_html(SEATS[:1]))[1])
    assert QR_MM / modules >= 0.75


def test_answers_show_every_exercise_with_its_wrong_answers():
    """Nothing is missing, Markdown is rendered, options stand below their question, and each outcome is named."""
    page = BeautifulSoup(answers_html(), "html.parser")
    text = page.get_text()
    for each in exercises():
        assert each.id in text
        assert each.solution in text
        assert all(one.source in text and plain(one.feedback) in text for one in each.wrong)
    assert not re.search(r"\*\*\w|`\w+`", page.find("h2").find_all_next("p")[0].get_text())
    asked = page.find("small", string="factor-kinds").find_parent("h3").find_next("div", class_="asked")
    assert [item.get_text()[:2] for item in asked.find_all("li")] == ["a:", "b:", "c:", "d:", "e:"]
    for each in predictions():
        told = page.find("small", string=each.id).find_parent("h3").find_next("details").get_text(" ", strip=True)
        assert re.search(rf"^What happens ({'|'.join(option.letter for option in each.options)}): ", told), each.id


def test_the_answer_key_has_every_prediction():
    """Each question with what happens, which is the option that the prediction names, if it names one."""
    rows = {
        cells[-1].get_text(): [cell.get_text() for cell in cells]
        for cells in (row(["th", "td"]) for row in BeautifulSoup(key_html(), "html.parser")("tr")[1:])
    }
    assert list(rows) == [each.id for each in predictions()]
    for each in predictions():
        notebook, question, happened, _ = rows[each.id]
        assert re.match(r"\d\d \w+", notebook)
        assert question == plain(each.question)
        assert happened.startswith(f"{each.outcome}: " if each.outcome else tuple("abcdefgh")), each.id


def command(*words: str):
    return CliRunner().invoke(main, ["seat", *words])


def test_a_late_comer_gets_the_next_seat(tmp_path):
    """One command: the seat, its card alone on a page, and the trainer's files; the other seats stay as they are."""
    room = tmp_path / "room"
    prepare(room, 2, "a test")
    (room / "seat-01" / "00_first_login.ipynb").write_text("worked on")
    before = {name: content for name, content in everything(room).items() if name.startswith("seat-")}
    done = command("--dir", str(room))
    assert done.output == f"{room / 'seat-03'} is new; print its card: {room / TRAINER / 'seat-03.html'}\n"
    assert read(room / "seat-03") == SEATS[2]
    assert everything(room).items() >= before.items()
    card = (room / TRAINER / "seat-03.html").read_text()
    assert SEATS[2].setup_key in card
    assert SEATS[1].setup_key not in card
    assert SEATS[2].setup_key in (room / TRAINER / "cards.html").read_text()


def test_a_seat_moves_with_its_account_and_its_work(tmp_path):
    """Also if the workshop no longer has the seat's folder. Links are not taken along, and nothing is replaced."""
    room, stick = tmp_path / "room", tmp_path / "stick"
    prepare(room, 2, "a test")
    (tmp_path / "outside").write_text("private")
    (room / "seat-02" / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(room / "seat-02" / "pipe")
    (room / "seat-02" / "00_first_login.ipynb").write_text("worked on")
    (room / "seat-02" / "own.txt").write_text("mine")
    done = command("2", "--dir", str(room), "--to", str(stick))
    assert done.output == f"{stick / 'seat-02'} has the same account. Run mfa-lab seat-02 in the folder above it.\n"
    moved = everything(stick / "seat-02")
    assert moved == {name: each for name, each in everything(room / "seat-02").items() if name != "link"}
    assert moved["00_first_login.ipynb"] == b"worked on"
    again = command("2", "--dir", str(room), "--to", str(stick))
    assert "already exists" in again.output
    assert everything(stick / "seat-02") == moved
    shutil.rmtree(room / "seat-01")
    assert command("1", "--dir", str(room), "--to", str(stick)).exit_code == 0
    assert read(stick / "seat-01") == SEATS[0]


@pytest.mark.parametrize(
    ("words", "plan", "said"),
    [
        (["9", "--to", "stick"], None, "has no seat 9"),
        (["1"], None, "give both NUMBER and --to"),
        (["--to", "stick"], None, "give both NUMBER and --to"),
        ([], '{"seed": "x", "accounts": [{"seat": 7}]}', "is not a file that this kit wrote"),
        (["1", "--to", "stick"], "[]", "is not a file that this kit wrote"),
        ([], "", "is not a file that this kit wrote"),
    ],
)
def test_a_seat_that_cannot_be_made_is_explained(tmp_path, monkeypatch, words, plan, said):
    """One sentence, and no new folder."""
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path / "mfa-lab-workshop", 1, "a test")
    if plan is not None:
        (tmp_path / "mfa-lab-workshop" / TRAINER / "workshop.json").write_text(plan)
    done = command(*words)
    assert done.exit_code != 0
    assert said in done.output
    assert not (tmp_path / "stick").exists()
    assert "there is no workshop in nowhere" in command("--dir", "nowhere").output


def test_a_bundle_needs_a_checkout_and_a_program_that_downloads(tmp_path, monkeypatch):
    """If one is missing, a sentence says so and nothing is half done."""
    monkeypatch.setattr(bundle_module, "notebooks_dir", lambda: tmp_path / "notebooks")
    monkeypatch.setattr(bundle_module, "distribution", lambda _: SimpleNamespace(read_text=lambda _: None))
    with pytest.raises(MfaError, match="from a checkout"):
        bundle_module.bundle(tmp_path)
    monkeypatch.undo()
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr(bundle_module, "find_spec", lambda _: None)
    monkeypatch.setattr(bundle_module.shutil, "which", lambda _: None)
    with pytest.raises(MfaError, match="needs uv or pip"):
        bundle_module.bundle(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_checkout_is_found_after_an_installation_by_pip(tmp_path, monkeypatch):
    """`pip install ".[lab]"` copies the kit away from the checkout, and notes where it came from."""
    checkout = tmp_path / "my kit"
    (checkout / "notebooks").mkdir(parents=True)
    (checkout / "pyproject.toml").touch()
    note = json.dumps({"url": checkout.as_uri(), "dir_info": {}})
    monkeypatch.setattr(bundle_module, "notebooks_dir", lambda: tmp_path / "_shipped" / "notebooks")
    monkeypatch.setattr(bundle_module, "distribution", lambda _: SimpleNamespace(read_text=lambda _: note))
    assert bundle_module._checkout() == checkout


def test_uv_is_found_without_help(monkeypatch):
    """By what `uv run` tells, no matter who started it; on the PATH; as a package beside the kit."""
    monkeypatch.setenv("UV", "/told/uv")
    assert bundle_module._uv(Path("unused")) == "/told/uv"
    monkeypatch.delenv("UV")
    monkeypatch.setattr(bundle_module.shutil, "which", lambda _: "/path/uv")
    assert bundle_module._uv(Path("unused")) == "/path/uv"
    monkeypatch.setattr(bundle_module.shutil, "which", lambda _: None)
    monkeypatch.setattr(bundle_module, "find_spec", lambda _: True)
    monkeypatch.setitem(sys.modules, "uv", SimpleNamespace(find_uv_bin=lambda: "/package/uv"))
    assert bundle_module._uv(Path("unused")) == "/package/uv"


EXPORTED = """
-e .
one==1.0
two==2.0 ; python_full_version < '3.11.5'
two==3.0 ; python_full_version >= '3.11.5'
three==1 ; sys_platform == 'none'
"""


def test_each_patch_release_gets_its_own_versions():
    """A version that is for later patch releases only does not take the place of the one for earlier ones."""
    assert bundle_module.pinned(EXPORTED, "3.11.2") == {"one==1.0", "two==2.0"}
    assert bundle_module.pinned(EXPORTED, "3.11.7") == {"one==1.0", "two==3.0"}


@pytest.mark.parametrize("other", ["python", "system"])
def test_on_another_machine_the_installation_says_what_it_needs(other, tmp_path, monkeypatch):
    """One sentence names the Python and the system of the wheelhouse and those of the machine; nothing is made."""
    monkeypatch.chdir(tmp_path)
    theirs = {"python": (3, 9, 1), "system": sys.version_info}[other]
    monkeypatch.setattr(sys, "version_info", theirs)
    monkeypatch.setattr("platform.system", lambda: "Plan 9" if other == "system" else "Linux")
    with pytest.raises(SystemExit) as ended:
        exec(bundle_module._INSTALL, {"__file__": str(tmp_path / "install.py")})  # noqa: S102
    sentence = str(ended.value)
    assert f"is for Python {bundle_module.PYTHON} on {bundle_module.SYSTEM}, and this is Python" in sentence
    assert {"python": "Python 3.9", "system": "Plan 9"}[other] in sentence
    assert not list(tmp_path.iterdir())


@pytest.mark.full
def test_a_bundle_installs_without_a_network(tmp_path):
    """From the wheelhouse alone, if possible in a network of nobody's; the result can make a working copy.

    It serves each patch release of this Python, and says which Python that is.
    """
    prepare(tmp_path, 1, "a test")
    place = bundle_module.bundle(tmp_path)
    assert not list(place.glob("*.tar.gz"))
    assert "//" not in (place / "README.txt").read_text()
    assert f"Python {bundle_module.PYTHON}" in (place / "README.txt").read_text()
    parsed = [parse_wheel_filename(path.name) for path in place.glob("*.whl")]
    wheels = {(name, str(version)) for name, version, _, _ in parsed}
    export = [bundle_module._uv(tmp_path), "export", "--quiet", *bundle_module._EXPORT]
    exported = subprocess.run(export, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for patch in (0, 39):
        wanted = (pin.partition("==") for pin in bundle_module.pinned(exported, f"{bundle_module.PYTHON}.{patch}"))
        assert {(canonicalize_name(name), version) for name, _, version in wanted} <= wheels
    scripts = tmp_path / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    unshare = shutil.which("unshare")
    can_unshare = unshare and subprocess.run([unshare, "--net", "true"], check=False).returncode == 0
    alone = ["unshare", "--net"] if can_unshare else []
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}

    def run(*command: object) -> str:
        done = subprocess.run([*alone, *map(str, command)], cwd=tmp_path, env=clean, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "Start with: " in run(sys.executable, place / "install.py")
    assert "00_first_login.ipynb" in run(scripts / "mfa-lab", "--copy-only", "seat-99")
    run(scripts / "mfa-lab", "slides", "00_first_login")  # its template, style and script came along
    alone.clear()  # without any network, there is not even this machine, and no kernel
    run(scripts / "mfa-lab", "doctor")


def test_seat_json_and_the_card_agree(tmp_path):
    """What stands in the folder is what stands on the card."""
    prepare(tmp_path, 1, "a test")
    assert json.loads((tmp_path / "seat-01" / FILE).read_text()) == json.loads(as_text(SEATS[0]))

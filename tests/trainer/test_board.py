"""The board: right numbers from good files, and nothing but a line from bad ones."""

from __future__ import annotations

import csv
import json
import os
import socket
import time
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.cli.group import main
from mfa_lab.errors import InvalidInput
from mfa_lab.lab import working_copy
from mfa_lab.lab.exercises import exercises
from mfa_lab.lab.grading.progress import FORMAT, VERSION, attempted, named
from mfa_lab.lab.grading.progress_export import export
from mfa_lab.lab.grading.progress_file import Store
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer import exports
from mfa_lab.trainer.board import board
from mfa_lab.trainer.board_page import LEFT_OUT_SHOWN, board_html, save
from mfa_lab.trainer.board_picture import board_picture, board_png, in_words
from mfa_lab.trainer.exports import MOST_BYTES, read_folder

START = 1_800_000_000
FACTORS, STORY, TRUNCATE = "factor-kinds", "usual-story", "dynamic-truncation"


def entry(attempts: int = 1, at: int = 0, *, done: bool = True) -> dict[str, int | None]:
    """One exercise, first and last checked so many seconds after the start."""
    return {"attempts": attempts, "first": START + at, "last": START + at, "done": START + at if done else None}


def hand_in(folder: Path, name: str, file: str = "", **entries: dict) -> Path:
    """An export in the folder, as `mfa-lab progress --export` writes it."""
    known = {each.id.replace("-", "_"): each.id for each in exercises()}
    content = {
        FORMAT: VERSION,
        "pseudonym": name,
        "exercises": {known[key[1:]]: value for key, value in entries.items()},
    }
    path = folder / (file or f"{name}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def folder(tmp_path):
    """Four learners: two at truncation, one of them stuck; one at the start; one who has begun nothing."""
    place = tmp_path / "exports"
    hand_in(place, "seat-01", _factor_kinds=entry(2, 10), _dynamic_truncation=entry(5, 90))
    hand_in(
        place,
        "seat-02",
        _factor_kinds=entry(1, 10),
        _usual_story=entry(3, 20),
        _dynamic_truncation=entry(7, 95, done=False),
    )
    hand_in(place, "seat-03", _dynamic_truncation=entry(3, 10), _factor_kinds=entry(4, 20, done=False))
    hand_in(place, "seat-04")
    return place


def test_where_everybody_is(folder):
    """The exercise that was checked last, by the learner's own clock, names the place; furthest come first."""
    found = board(folder)
    assert [(place.name, place.exercise, place.done, place.checks) for place in found.places] == [
        ("seat-01", TRUNCATE, 2, 7),
        ("seat-02", TRUNCATE, 2, 11),
        ("seat-03", FACTORS, 1, 7),
        ("seat-04", "", 0, 0),
    ]
    where = {name: [place.name for place in places] for name, places in found.notebooks.items()}
    assert where["00_first_login"] == ["seat-03"]
    assert where["03_otp_generation"] == ["seat-01", "seat-02"]
    assert list(where)[-1] == "03_otp_generation"
    assert found.left_out == ()


def test_who_has_not_begun_is_shown(folder):
    """An empty file, and a seat of which no file came, are named in words, in the drawing and in the table."""
    found = board(folder, seats=6)
    assert found.not_begun == ("seat-04", "seat-05", "seat-06")
    assert "Not begun: seat-04, seat-05, seat-06." in in_words(found)
    assert "not begun" in board_picture(found).svg
    rows = [
        [cell.get_text() for cell in row.find_all(["th", "td"])]
        for row in BeautifulSoup(board_html(found), "html.parser")("tr")
    ]
    assert ["seat-06", "no file yet", "", "", ""] in rows
    assert board(folder, seats=4).not_begun == ("seat-04",)


def test_what_is_hard(folder):
    """Most checks in the middle first; what hardly anybody has tried is not judged."""
    hard = board(folder).hardest
    assert [(each.id, each.tried, each.done, each.still, each.checks) for each in hard] == [
        (TRUNCATE, 3, 2, 1, 5.0),
        (FACTORS, 3, 2, 1, 2.0),
    ]


def test_the_picture_says_in_words_what_it_shows(folder):
    """The numbers of the table, in the text alternative and in the drawing."""
    found = board(folder)
    words = in_words(found)
    assert words.startswith(
        "4 learners, 5 exercises done. Who is where: 1 at 00 first login, 2 at 03 otp generation. Not begun: seat-04."
    )
    assert "Dynamic truncation: ✓ 2 done · 1 not done yet · median 5 checks" in words
    picture = board_picture(found)
    assert words.replace("'", "&#x27;") in picture.svg
    assert picture.data is found
    assert "✓ 2 done · 1 not done yet · median 5 checks" in picture.svg
    assert board_png(found).startswith(b"\x89PNG")


def test_the_tables_hold_the_same(folder):
    """Beside the picture: every learner, and every exercise that somebody tried."""
    page = BeautifulSoup(board_html(board(folder)), "html.parser")
    tried, learners = ([[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
                       for table in page.find_all("table"))  # fmt: skip
    assert ["Dynamic truncation", TRUNCATE, "03 otp generation", "3", "2", "1", "5"] in tried
    assert len(tried) == 4
    assert ["seat-02", "03 otp generation", "Dynamic truncation", "2", "11"] in learners
    assert ["seat-04", "not begun", "", "0", "0"] in learners


def test_a_real_export_is_read(tmp_path):
    """From a working copy through the command to the board: nothing is lost on the way."""
    working_copy.deliver(notebooks_dir(), tmp_path / "seat-07")
    store = Store(tmp_path / "seat-07")
    store.update(named("seat-07"))
    for done in (False, False, True):
        store.update(attempted(TRUNCATE, done=done))
    (tmp_path / "exports").mkdir()
    export(tmp_path / "seat-07", tmp_path / "exports" / "one.json")
    found = board(tmp_path / "exports")
    assert [(place.name, place.done, place.checks) for place in found.places] == [("seat-07", 1, 3)]


def test_an_empty_folder_is_a_board_too(tmp_path):
    """It says that nobody has begun; a folder that is not there is refused in a sentence."""
    found = board(tmp_path)
    assert "Nobody has checked an exercise yet." in board_picture(found).svg
    assert in_words(found) == "0 learners, 0 exercises done."
    with pytest.raises(InvalidInput, match="is not a folder"):
        board(tmp_path / "nowhere")


# Broken and hostile files: each is left out by name, and the good one beside it still counts.

GOOD = {FORMAT: VERSION, "pseudonym": "good", "exercises": {TRUNCATE: entry()}}
BAD = {
    "empty": "",
    "cut off": json.dumps(GOOD)[:-20],
    "bytes": b"\xff\xfe\x00",
    "another JSON": "[1]",
    "a number": "7",
    "a notebook": '{"cells": []}',
    "null": "null",
    "deep": "[" * 100_000,
    "deep objects": '{"a":' * 50_000,
    "digits without end": json.dumps(GOOD).replace('"attempts": 1', '"attempts": ' + "9" * 50_000),
    "NaN": json.dumps(GOOD).replace('"attempts": 1', '"attempts": NaN'),
    "a newer version": json.dumps({**GOOD, FORMAT: 3}),
    "true is no version": json.dumps({**GOOD, FORMAT: [1]}),
    "no pseudonym": json.dumps({FORMAT: VERSION, "exercises": {}}),
    "a script for a name": json.dumps({**GOOD, "pseudonym": "<script>alert(1)</script>"}),
    "mathematics for a name": json.dumps({**GOOD, "pseudonym": "$\\frac{1}{2}$"}),
    "a line break in a name": json.dumps({**GOOD, "pseudonym": "a\nb"}),
    "a name without end": json.dumps({**GOOD, "pseudonym": "a" * 81}),
    "a number for a name": json.dumps({**GOOD, "pseudonym": 7}),
    "a list of exercises": json.dumps({**GOOD, "exercises": [TRUNCATE]}),
    "a script for an id": json.dumps({**GOOD, "exercises": {"<b>": entry()}}),
    "a list for an entry": json.dumps({**GOOD, "exercises": {TRUNCATE: [1]}}),
    "no entry": json.dumps({**GOOD, "exercises": {TRUNCATE: None}}),
    "a missing time": json.dumps({**GOOD, "exercises": {TRUNCATE: {"attempts": 1, "done": None}}}),
    "true attempts": json.dumps({**GOOD, "exercises": {TRUNCATE: {**entry(), "attempts": True}}}),
    "half an attempt": json.dumps({**GOOD, "exercises": {TRUNCATE: {**entry(), "attempts": 0.5}}}),
    "text for attempts": json.dumps({**GOOD, "exercises": {TRUNCATE: {**entry(), "attempts": "1"}}}),
    "no attempt": json.dumps({**GOOD, "exercises": {TRUNCATE: {**entry(), "attempts": 0}}}),
    "too many attempts": json.dumps({**GOOD, "exercises": {TRUNCATE: {**entry(), "attempts": 10**9}}}),
    "before time began": json.dumps({**GOOD, "exercises": {TRUNCATE: {**entry(), "first": -1}}}),
    "after time ends": json.dumps({**GOOD, "exercises": {TRUNCATE: {**entry(), "last": 2**60}}}),
    "done at another time": json.dumps({**GOOD, "exercises": {TRUNCATE: {**entry(), "done": 5}}}),
    "huge": json.dumps(GOOD) + " " * MOST_BYTES,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_file_is_left_out_by_name(content, tmp_path):
    """With a reason in one line; the good one counts, and the page is made."""
    (tmp_path / "good.json").write_text(json.dumps(GOOD))
    (tmp_path / "bad.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    found = board(tmp_path)
    assert [place.name for place in found.places] == ["good"]
    ((file, why),) = [(left.file, left.why) for left in found.left_out]
    assert file == "bad.json"
    assert why
    assert "\n" not in why
    page = board_html(found)
    assert "bad.json" in page
    assert "<script" not in page


def test_links_pipes_and_devices_are_neither_followed_nor_waited_for(tmp_path):
    """Each is named; a folder called .json is a folder."""
    place = tmp_path / "exports"
    hand_in(place, "good", _dynamic_truncation=entry())
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps({**GOOD, "pseudonym": "outside"}))
    (place / "link.json").symlink_to(secret)
    (place / "nowhere.json").symlink_to(tmp_path / "nothing")
    (place / "endless.json").symlink_to("/dev/zero")
    (place / "loop").symlink_to(place)
    os.mkfifo(place / "pipe.json")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place / "socket.json"))
        hand_in(place / "folder.json", "inside", _usual_story=entry())
        learners, left_out = read_folder(place)
    assert [learner.name for learner in learners] == ["good", "inside"]
    names = {"link.json", "nowhere.json", "endless.json", "pipe.json", "socket.json"}
    assert {left.file: left.why for left in left_out} == dict.fromkeys(names, "it is a link, or not a regular file")


def test_a_device_is_not_read(tmp_path):
    """A real one, where we may make it."""
    try:
        os.mknod(tmp_path / "zero.json", 0o644 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root may make a device")
    assert [left.why for left in read_folder(tmp_path)[1]] == ["it is a link, or not a regular file"]


def test_a_name_of_a_file_can_do_no_harm(tmp_path):
    """Scripts, colours for a terminal, bytes that are no text: shown as they can be shown."""
    for name in ("<script>alert(1)</script>.json".replace("/", "_"), "\x1b[31mred\n.json", "a" * 200 + ".json"):
        (tmp_path / name).write_text("")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json"))).write_text("")
    (tmp_path / "\u202egnp.json").write_text("")
    found = board(tmp_path)
    assert len(found.left_out) == 5
    page = board_html(found)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    shown = "".join(left.file for left in found.left_out)
    assert not {"\x1b", "\n", "\u202e", "\udcff"} & set(shown)
    assert max(len(left.file) for left in found.left_out) <= 121
    done = CliRunner().invoke(main, ["board", str(tmp_path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "\x1b" not in done.output


def test_hidden_files_and_other_kinds_are_not_looked_at(tmp_path):
    """A learner's own progress file is nobody else's business, and lies in the working copy; nor are notebooks."""
    (tmp_path / "seat-07").mkdir()
    (tmp_path / "seat-07" / ".mfa-lab-progress.json").write_text(json.dumps(GOOD))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.json").write_text(json.dumps(GOOD))
    (tmp_path / "a.ipynb").write_text("{}")
    assert read_folder(tmp_path) == ([], [])


@pytest.mark.parametrize("name", ["a.json", "A.JSON", "a.json.txt", "a.txt", "a", "a.json.download"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_an_export_is_read_under_any_name_and_in_any_unicode(name, encoding, tmp_path):
    """Mail programs append .txt, an editor on Windows writes a mark first or UTF-16."""
    (tmp_path / name).write_bytes(json.dumps(GOOD).encode(encoding))
    learners, left_out = read_folder(tmp_path)
    assert ([learner.name for learner in learners], left_out) == (["good"], [])


@pytest.mark.parametrize("name", ["exports.zip", "exports.tar.gz", "good.json.zip", "A.7Z"])
def test_an_archive_is_named_as_not_read(name, tmp_path):
    """A trainer who puts the learners' .zip files there hears what to do."""
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("good.json", json.dumps(GOOD))
    learners, left_out = read_folder(tmp_path)
    assert (learners, [left.file for left in left_out]) == ([], [name])
    assert "unpack it" in left_out[0].why


def test_many_files_of_one_name_cost_little(tmp_path, monkeypatch):
    """At most 500 files are read, at most 20 learners of one name are told apart, and both are said."""
    compared, goes_on = [], exports._goes_on
    monkeypatch.setattr(exports, "_goes_on", lambda *files: compared.append(1) or goes_on(*files))
    for number in range(501):
        hand_in(tmp_path, "same", f"{number:03}.json", _dynamic_truncation=entry(1, number + 1))
    learners, left_out = read_folder(tmp_path)
    assert len(learners) == 20
    assert len(left_out) == 481
    assert {left.why for left in left_out if left.file == "500.json and all files after it"} == {
        "a board reads at most 500 files: collect the others in another folder"
    }
    assert sum("20 learners called same are already counted" in left.why for left in left_out) == 480
    assert len(compared) <= 500 * 20


def test_an_export_of_too_many_exercises_is_left_out(tmp_path):
    """No course has so many, and each is compared."""
    many = {f"bees-{number}": entry() for number in range(501)}
    (tmp_path / "a.json").write_text(json.dumps({**GOOD, "exercises": many}))
    assert "more than 500 exercises" in read_folder(tmp_path)[1][0].why


def test_a_later_file_of_a_learner_takes_the_place_of_an_earlier_one(tmp_path):
    """Whatever the files are called; an exercise may have been reset meanwhile; the same file twice counts once."""
    hand_in(tmp_path, "seat-01", "z.json", _factor_kinds=entry(1, 10), _usual_story=entry(9, 20))
    again = {"_factor_kinds": entry(1, 10), "_usual_story": entry(1, 500), "_dynamic_truncation": entry(2, 600)}
    hand_in(tmp_path, "seat-01", "a.json", **again)
    hand_in(tmp_path, "seat-01", "b.json", **again)
    hand_in(tmp_path, "seat-02", "c.json")
    hand_in(tmp_path, "seat-02", "d.json", _factor_kinds=entry())
    learners, left_out = read_folder(tmp_path)
    assert [(learner.name, sorted(learner.entries)) for learner in learners] == [
        ("seat-01", sorted([FACTORS, STORY, TRUNCATE])),
        ("seat-02", [FACTORS]),
    ]
    assert sorted(left.file for left in left_out if "later file" in left.why) == ["b.json", "c.json", "z.json"]


def test_two_learners_with_one_pseudonym_are_told_apart(tmp_path):
    """Nobody's work disappears because somebody else used the same name, or claims to be later."""
    hand_in(tmp_path, "anna", "1.json", _factor_kinds=entry(3, 10))
    hand_in(tmp_path, "anna", "2.json", _factor_kinds=entry(1, 5), _usual_story=entry(1, 10**6))
    hand_in(tmp_path, "bert", "3.json", _factor_kinds=entry(3, 10), _usual_story=entry(9, 20))
    hand_in(
        tmp_path,
        "bert",
        "4.json",
        _factor_kinds=entry(3, 10),
        _usual_story=entry(9, 15),
        _dynamic_truncation=entry(1, 99),
    )
    hand_in(tmp_path, "carol", "5.json", _factor_kinds=entry(3, 10))
    hand_in(tmp_path, "carol", "6.json", _factor_kinds=entry(2, 10), _usual_story=entry(1, 99))
    found = board(tmp_path)
    names = ["anna", "anna (2)", "bert", "bert (2)", "carol", "carol (2)"]
    assert sorted(place.name for place in found.places) == names
    assert found.left_out == ()


def test_ids_that_this_kit_does_not_have_are_named(tmp_path):
    """A plugin's exercises that are not installed here do not count, and do not disturb."""
    content = {**GOOD, "exercises": {TRUNCATE: entry(), "bees-window": entry(1, 50)}}
    (tmp_path / "a.json").write_text(json.dumps(content))
    found = board(tmp_path)
    assert found.unknown == ("bees-window",)
    assert found.places[0].exercise == TRUNCATE
    assert "bees-window" in board_html(found)


def test_thousands_of_files_end_somewhere(tmp_path, monkeypatch):
    """More than are read are told in one line; more than are shown are counted."""
    for number in range(LEFT_OUT_SHOWN + 50):
        (tmp_path / f"{number:04}.json").write_text("{")
    hand_in(tmp_path, "good", _dynamic_truncation=entry())
    page = BeautifulSoup(board_html(board(tmp_path)), "html.parser")
    items = [item.get_text() for item in page.find_all("li")]
    assert (len(items), items[-1]) == (LEFT_OUT_SHOWN + 1, "and 50 more")
    monkeypatch.setattr(exports, "MOST_FILES", 10)
    left_out = read_folder(tmp_path)[1]
    assert len(left_out) == 11
    assert left_out[-1].file == "0010.json and all files after it"


def test_five_hundred_files_are_quick(tmp_path):
    """Well within the reach that benchmarks/ measures; here only that nothing grows with the square."""
    for number in range(500):
        hand_in(tmp_path, f"learner-{number}", _dynamic_truncation=entry(number % 7 + 1, number))
    start = time.process_time()
    assert len(board(tmp_path).places) == 500
    assert time.process_time() - start < 3


def test_the_tables_for_a_spreadsheet_are_those_of_the_page(tmp_path, folder):
    """Each CSV file has the rows of one table; a second board replaces them, and somebody's own file stays."""
    found = board(folder, 6)
    html, _, *files = save(found, tmp_path / "class")
    asked, learners = BeautifulSoup(html.read_text(), "html.parser")("table")
    for file, table in zip(files, (learners, asked), strict=True):
        shown = [[cell.get_text() for cell in row(["th", "td"])] for row in table("tr")]
        assert list(csv.reader(file.read_text("utf-8").splitlines())) == shown
    assert len(files[0].read_text().splitlines()) == 1 + 6
    assert save(found, tmp_path / "class")[2:] == tuple(files)
    files[0].write_text("my,own\n")
    with pytest.raises(InvalidInput, match=r"class-learners\.csv already exists"):
        save(found, tmp_path / "class")
    assert files[0].read_text() == "my,own\n"


def test_what_was_not_made_by_us_is_not_written_over(tmp_path, folder):
    """An older board is; a page, a picture or a link of somebody's is not."""
    found = board(folder)
    assert [path.name for path in save(found, tmp_path / "class")] == [
        "class.html",
        "class.png",
        "class-learners.csv",
        "class-exercises.csv",
    ]
    assert save(found, tmp_path / "class.html")[0] == tmp_path / "class.html"
    (tmp_path / "mine.html").write_text("<p>mine")
    (tmp_path / "target").write_text("mine")
    (tmp_path / "link.html").symlink_to(tmp_path / "target")
    (tmp_path / "link-to-ours.html").symlink_to(tmp_path / "class.html")
    os.mkfifo(tmp_path / "pipe.html")
    for name in ("mine", "link", "link-to-ours", "pipe", "nowhere/board"):
        with pytest.raises(InvalidInput):
            save(found, tmp_path / name)
    assert (tmp_path / "mine.html").read_text() == "<p>mine"
    assert (tmp_path / "target").read_text() == "mine"


def test_the_command_names_what_it_left_out(tmp_path, folder):
    """File and reason, a line each, at most twenty of them."""
    for number in range(25):
        (folder / f"bad-{number:02}.json").write_text("{")
    done = CliRunner().invoke(main, ["board", str(folder), "--out", str(tmp_path / "class")])
    assert done.exit_code == 0
    assert done.output.splitlines()[0].startswith("4 learners, 5 exercises done: ")
    assert "Not counted: bad-00.json: it is not JSON" in done.output
    assert done.output.count("Not counted") == 20
    assert "and 5 more" in done.output


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(content=JSON, name=JSON, told=JSON)
def test_whatever_json_it_is_it_counts_or_is_left_out(tmp_path_factory, content, name, told):
    """Never an exception: not for any JSON, nor for any pseudonym or entry in a file of the right shape."""
    folder = tmp_path_factory.mktemp("exports")
    for number, each in enumerate(
        (content, {**GOOD, "pseudonym": name}, {**GOOD, "exercises": told}, {**GOOD, "exercises": {TRUNCATE: told}})
    ):
        (folder / f"{number}.json").write_text(json.dumps(each))
    learners, left_out = read_folder(folder)
    assert len(learners) + len(left_out) == 4

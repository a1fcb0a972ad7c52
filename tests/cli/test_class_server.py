"""A class on one server: three learners with Unix users of their own, through the hub's proxy and over https."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from mfa_lab.trainer.board import board
from tests.trainer.class_client import BASE, HOST, Kernel, Learner
from tests.trainer.class_room import ClassRoom, class_room

pytestmark = pytest.mark.full

LESSONS = {
    "seat-01": "00_first_login.ipynb",
    "seat-02": "22_attack_replay_and_relay.ipynb",
    "seat-03": "50_into_your_application.ipynb",
}


@pytest.fixture(scope="module")
def room() -> Iterator[ClassRoom]:
    with class_room(len(LESSONS)) as opened:
        yield opened


@pytest.fixture(scope="module")
def learners(room: ClassRoom) -> Iterator[dict[str, Learner]]:
    """All learners have logged in with their passwords, and all seats are running."""
    with ExitStack() as stack:
        found = {seat: stack.enter_context(room.learner(seat)) for seat in LESSONS}
        with ThreadPoolExecutor() as side_by_side:
            list(side_by_side.map(Learner.start, found.values()))
        yield found


def test_notebooks_run_at_each_seat(learners: dict[str, Learner]) -> None:
    """Three learners at the same time, each in a kernel of the seat's own user and with the seat's own account."""

    def lesson(seat: str) -> str:
        learner = learners[seat]
        with learner.kernel() as kernel:
            for cell in learner.notebook(LESSONS[seat]):
                kernel.run(cell)
            return kernel.run(_WHO)

    with ThreadPoolExecutor() as side_by_side:
        ran = list(side_by_side.map(lesson, LESSONS))
    assert ran == [f"{seat} {seat}@example.org\n" for seat in LESSONS]


_WHO = """
from getpass import getuser
from mfa_lab.lab import live_room
print(getuser(), live_room().demo_account["name"])
"""


def test_a_wrong_password_and_a_name_without_a_seat_do_not_enter(room: ClassRoom) -> None:
    """Also root, and a seat with another seat's password."""
    tried = (("seat-01", room.passwords["seat-02"]), ("root", "root"), ("seat-04", "seat-04"))
    with ThreadPoolExecutor() as side_by_side:  # PAM waits after a wrong password
        strangers = list(side_by_side.map(lambda pair: room.learner(*pair), tried))
    for stranger in strangers:
        with stranger:
            assert not stranger.entered


def test_the_settings_of_the_kit_hold(learners: dict[str, Learner]) -> None:
    """No news, no search for updates and no list of extensions: nothing leaves the machine."""
    learner = learners["seat-01"]

    def answer(path: str) -> dict[str, object]:
        return learner.http.get(f"{learner.home}/lab/api/{path}").raise_for_status().json()

    notifications = answer("settings/@jupyterlab%2Fapputils-extension:notification")
    assert notifications["schema"]["properties"]["fetchNews"]["default"] == "false"
    assert answer("news") == {"news": []}
    assert answer("update") == {"notification": None}
    page = learner.http.get(f"{learner.home}/lab").text
    assert json.loads(re.search(r'"extensionManager": (\{.+?\})', page)[1])["can_install"] is False


def test_the_live_shop_is_reached_through_the_hub(room: ClassRoom, learners: dict[str, Learner]) -> None:
    """By its own learner over https. Its cookies go to no other path, and only the hub's host and origin count."""
    learner, other = learners["seat-03"], learners["seat-02"]
    origin = {"Origin": f"https://{HOST}:{room.port}"}
    with learner.kernel() as kernel:
        url = open_shop(learner, kernel)
        assert url == f"https://{HOST}:{room.port}{BASE}{learner.home}/mfa-lab-shop"
        path = urlsplit(url).path.removeprefix(BASE)
        page = learner.http.get(f"{path}/login")
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Secure-mfa-lab=")
        assert {"Secure", "HttpOnly", f"Path={BASE}{path}"} <= set(cookie.split("; "))
        account = json.loads(kernel.run("import json; print(json.dumps(live.demo_account))"))
        form_token = re.search('name="form_token" value="(.+?)"', page.text)[1]
        form = {"form_token": form_token, "account": account["name"], "password": account["password"]}
        entered = learner.http.post(f"{path}/login", data=form, headers=origin)
        assert (entered.status_code, entered.headers.get("location")) == (303, f"{BASE}{path}/enrol")
        assert "QR" in learner.http.get(f"{path}/enrol").text
        elsewhere = {"Origin": "https://evil.example"}
        assert learner.http.post(f"{path}/login", data=form, headers=elsewhere).status_code == 403
        assert learner.http.get(f"{path}/login", headers={"Host": "evil.example"}).status_code == 400
        assert other.http.get(f"{path}/login").status_code == 403


def open_shop(learner: Learner, kernel: Kernel) -> str:
    """Run the cells of notebook 50 that open the live shop, and return the address that the learner sees."""
    for cell in learner.notebook(LESSONS["seat-03"]):
        if cell.startswith("from collections") or "local_shop()" in cell:
            kernel.run(cell)
    return kernel.run("live.welcome(); print(live_site.url)").strip()


def test_a_learner_reads_nothing_of_another(room: ClassRoom, learners: dict[str, Learner]) -> None:
    """No work, no token, no answer of the trainer's, no socket, no server, and no output of a kernel."""
    owner, stranger = learners["seat-01"], learners["seat-02"]
    with owner.kernel() as theirs, stranger.kernel() as own:
        open_shop(owner, theirs)
        mine = processes_of("seat-01")
        home, folder = Path("/home/seat-01"), room.room
        closed = [
            *(
                home / name
                for name in ("", "mfa-lab-work", "mfa-lab-work/seat.json", ".mfa-lab", ".local/share/jupyter")
            ),
            *(Path(f"/proc/{process.pid}/environ") for process in mine),
            *(folder / name for name in ("", "trainer", "trainer/class-passwords.json", "trainer/jupyterhub.sqlite")),
            *(folder / name for name in ("seat-01", "exports", "exports/seat-01")),
        ]
        assert len(mine) >= 2
        assert all(path.exists() for path in closed)
        own.run(_READ)
        for path in closed:
            assert own.run(f"read({str(path)!r})") == "PermissionError\n", path
        assert own.run(f"connect({str(home / '.mfa-lab/shop.sock')!r})") == "PermissionError\n"
        ports = sorted({each.laddr.port for one in mine for each in one.net_connections() if each.status == "LISTEN"})
        answers = [own.run(f"ask({port}, {BASE + owner.home!r})").strip() for port in ports]
        assert answers.count("403") == 1  # the seat's server; the other ports are a kernel's
        assert {"403"} <= set(answers) <= {"403", "nothing"}
        own.run(f"listen({ports})")
        theirs.run("print('a secret of seat-01')")
        assert own.run("heard()") == "0\n"


def processes_of(seat: str) -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["username"]) if each.info["username"] == seat]


_READ = """
import http.client, os, socket, zmq

def told(deed):
    try:
        print(deed())
    except OSError as fault:
        print(type(fault).__name__)

def read(path):
    told(lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())

def connect(path):
    told(lambda: socket.socket(socket.AF_UNIX).connect(path))

def ask(port, home):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", f"{home}/api/contents")
        print(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        print("nothing")

heard_here = zmq.Context.instance().socket(zmq.SUB)

def listen(ports):
    heard_here.subscribe(b"")
    for port in ports:
        heard_here.connect(f"tcp://127.0.0.1:{port}")
    heard_here.poll(500)

def heard():
    print(heard_here.poll(500))
"""


def test_a_learner_hands_in_progress(room: ClassRoom, learners: dict[str, Learner]) -> None:
    """Nothing is there before the learner's own command; afterwards, the board shows this learner."""
    exports, seats = room.room / "exports", len(LESSONS)
    assert board(exports, seats).places == ()
    with learners["seat-02"].kernel() as kernel:
        kernel.run("import subprocess; subprocess.run(['mfa-lab', 'progress', '--hand-in'], check=True)")
    found = board(exports, seats)
    assert [place.name for place in found.places] == ["seat-02"]
    assert found.no_file == ("seat-01", "seat-03")
    assert found.left_out == ()


def test_a_new_start_keeps_what_the_learner_changed(learners: dict[str, Learner]) -> None:
    """A changed notebook stays; a deleted notebook is back."""
    learner = learners["seat-02"]
    changed, deleted = (f"{learner.home}/api/contents/{name}" for name in list(LESSONS.values())[:2])
    content = learner.http.get(changed).json()["content"]
    content["cells"][0]["source"] = "my own words"
    learner.http.put(changed, json={"type": "notebook", "content": content}).raise_for_status()
    learner.http.delete(deleted).raise_for_status()
    learner.stop()
    learner.start()
    assert learner.http.get(changed).json()["content"]["cells"][0]["source"] == "my own words"
    assert learner.http.get(deleted).status_code == 200

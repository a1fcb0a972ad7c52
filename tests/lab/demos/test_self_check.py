"""Notebook 00's look around says ok where all is well, and what to do where it is not."""

from mfa_lab.lab import doctor
from mfa_lab.lab.demos import self_check as module
from mfa_lab.lab.demos.self_check import self_check


def found() -> list[str]:
    return [row[-1] for row in self_check().rows]


def test_all_is_well_here():
    """In the environment of the tests each line says ok, and nothing that differs between two machines."""
    assert found() == ["ok"] * 5


def test_a_fault_brings_its_remedy(monkeypatch):
    """What the doctor finds is told with what to do, and the other lines are still looked at."""
    monkeypatch.setattr(doctor, "LAB_EXTENSIONS", ("of-nobody",))
    told = found()
    assert "of-nobody" in told[2]
    assert "To do: pip install" in told[2]
    assert told[:2] + told[3:] == ["ok"] * 4


def test_a_login_that_fails_is_told(monkeypatch):
    """The whole login is really made: a phone whose clock is wrong shows."""
    real = module.demo_room

    def room_with_a_slow_phone():
        room = real()
        room.phone.clock = type(room.clock)(room.clock.now() - 3600)
        return room

    monkeypatch.setattr(module, "demo_room", room_with_a_slow_phone)
    assert "mfa-lab doctor" in found()[-1]


def test_an_examination_that_breaks_is_a_line(monkeypatch):
    """A package that cannot be imported does not end in a traceback."""
    monkeypatch.setattr(module, "demo_room", lambda: 1 / 0)
    assert "ZeroDivisionError" in found()[-1]

"""The batch engine gives PyOTP's codes, whatever the shape of what is asked for, in little memory."""

from __future__ import annotations

import base64
import hashlib
import json
import tracemalloc
from random import Random

import numpy as np
import pyotp
import pytest

from benchmarks.batch import MB_MORE, memory
from mfa_lab.attacks.simulation import batch, sha1
from mfa_lab.attacks.simulation.batch import codes_at
from mfa_lab.errors import InvalidInput, InvalidSecret
from mfa_lab.otp import DIGESTS, code_at
from mfa_lab.resources import data_dir

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
KINDS = [(algorithm, digits) for algorithm in DIGESTS for digits in (6, 7, 8)]
STEP = 60_000_000
TOTP = json.loads((data_dir() / "rfc6238_totp.json").read_text())


def base32(key: bytes) -> str:
    return base64.b32encode(key).decode().rstrip("=")


def some_step(dice: Random) -> int:
    """Of any size: from the first ones over today's to those that fill 63 bits."""
    return dice.choice([dice.randrange(100), dice.randrange(10**8), dice.randrange(2**40), dice.randrange(2**63)])


@pytest.mark.parametrize(
    "cases",
    [20_000, pytest.param(100_000, marks=pytest.mark.full), pytest.param(5_000_000, marks=pytest.mark.long)],
)
def test_its_codes_are_pyotps(cases: int) -> None:
    """Random secrets of 112 to 1,600 bits, random steps, all hashes and digits: the same, one by one."""
    dice = Random(cases)
    for algorithm, digits in KINDS:
        secrets = [base32(dice.randbytes(dice.randrange(14, 200))) for _ in range(cases // 90 + 1)]
        chosen = [dice.choice(secrets) for _ in range(cases // 9 + 1)]
        steps = [some_step(dice) for _ in chosen]
        made = codes_at(chosen, steps, algorithm=algorithm, digits=digits)
        hotps = {secret: pyotp.HOTP(secret, digits=digits, digest=DIGESTS[algorithm]) for secret in secrets}
        expected = [int(hotps[secret].at(step)) for secret, step in zip(chosen, steps, strict=True)]
        assert made.tolist() == expected, (algorithm, digits)


@pytest.mark.parametrize("vector", TOTP["vectors"], ids=lambda vector: f"{vector['unix_time']}-{vector['algorithm']}")
def test_rfc6238_vectors(vector: dict) -> None:
    """RFC6238-B."""
    secret = base32(TOTP["keys_ascii"][vector["algorithm"]].encode())
    code = codes_at(secret, vector["unix_time"] // 30, digits=TOTP["digits"], algorithm=vector["algorithm"])
    assert f"{int(code):08d}" == vector["code"]


SHAPES = [
    ((), ()),
    ((), (9,)),
    ((5,), ()),
    ((7,), (7,)),
    ((1,), (9,)),
    ((5, 1), (9,)),
    ((5, 1), (1, 9)),
    ((4,), (3, 1)),
    ((3, 4), (3, 4)),
    ((3, 1), (3, 4)),
    ((0,), ()),
    ((3, 1), (0,)),
]


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA512"])
@pytest.mark.parametrize(("chunk", "task"), [(1, 1), (3, 7), (4, 12), (1000, 5000)])
@pytest.mark.parametrize(("of_secrets", "of_steps"), SHAPES, ids=str)
def test_any_shape_in_any_chunks(
    of_secrets: tuple[int, ...],
    of_steps: tuple[int, ...],
    chunk: int,
    task: int,
    algorithm: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Secrets and steps broadcast as NumPy's arrays do; how the work is cut up changes nothing."""
    monkeypatch.setattr(batch, "CHUNK_CODES", chunk)
    monkeypatch.setattr(batch, "TASK_CODES", task)
    dice = Random(1)
    secrets = np.array([base32(dice.randbytes(20)) for _ in range(int(np.prod(of_secrets)))]).reshape(of_secrets)
    steps = (STEP + np.arange(int(np.prod(of_steps)))).reshape(of_steps)
    made = codes_at(secrets, steps, algorithm=algorithm)
    each = np.vectorize(lambda secret, step: int(code_at(secret, int(step) * 30, algorithm=algorithm)), otypes=[int])
    expected = each(*np.broadcast_arrays(secrets, steps)) if made.size else np.empty(made.shape)
    assert made.shape == np.broadcast_shapes(of_secrets, of_steps)
    assert np.array_equal(made, expected)


def test_processes_give_the_same_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, more tasks than they can hold at once, in order."""
    monkeypatch.setattr(batch, "TASK_CODES", 50)
    secrets = np.array([SECRET, base32(bytes(range(20))), base32(bytes(14))])[:, None]
    steps = STEP + np.arange(400)
    assert np.array_equal(codes_at(secrets, steps, workers=2), codes_at(secrets, steps, workers=1))


def test_without_semaphores_one_process_gives_the_same_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some containers let no ordinary user make one, and then no pool of processes can be made."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(batch, "ProcessPoolExecutor", refused)
    steps = STEP + np.arange(400)
    assert np.array_equal(codes_at(SECRET, steps, workers=2), codes_at(SECRET, steps, workers=1))


def test_the_hash_over_arrays_is_sha1() -> None:
    """FIPS 180-4: one block of random text of every length that fits, all at once, against `hashlib`."""
    dice = Random(1)
    texts = [dice.randbytes(length) for length in range(56)]
    blocks = [text + b"\x80" + bytes(55 - len(text)) + (8 * len(text)).to_bytes(8, "big") for text in texts]
    words = np.frombuffer(b"".join(blocks), ">u4").astype(np.uint32).reshape(1, -1, 16)
    state = sha1.compress(sha1.START, [words[..., at] for at in range(16)])
    digests = np.stack(state, axis=-1).astype(">u4").reshape(-1, 5)
    assert [bytes(row) for row in digests] == [hashlib.sha1(text).digest() for text in texts]  # noqa: S324


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA512"])
def test_where_python_was_built_without_its_own_hashes(algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSL's do as well."""

    def missing(name: str) -> None:
        raise ValueError(name)

    steps = STEP + np.arange(20)
    usual = codes_at(SECRET, steps, algorithm=algorithm)
    monkeypatch.setattr(hashlib, "__get_builtin_constructor", missing)
    assert np.array_equal(codes_at(SECRET, steps, algorithm=algorithm), usual)
    monkeypatch.delattr(hashlib, "__get_builtin_constructor")
    assert np.array_equal(codes_at(SECRET, steps, algorithm=algorithm), usual)


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256"])
def test_memory_stays_bounded(algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five times as many codes take five times as much for the result, and no more for the work."""
    monkeypatch.setattr(batch, "CHUNK_CODES", 1000)
    monkeypatch.setattr(batch, "TASK_CODES", 5000)
    steps = STEP + np.arange(100_000)
    peaks = []
    for count in (20_000, 100_000):
        tracemalloc.start()
        codes_at(SECRET, steps[:count], algorithm=algorithm, workers=1)
        peaks.append(tracemalloc.get_traced_memory()[1] - 4 * count)
        tracemalloc.stop()
    assert max(peaks) < 1e6
    assert peaks[1] - peaks[0] < 1e5


@pytest.mark.full
def test_ten_million_codes_take_less_than_300_mb() -> None:
    """With both processes' interpreters, the steps and the result, above the idle program."""
    assert 40 < memory().value < MB_MORE


def test_a_bar_shows_only_what_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is printed in the first two seconds; then codes are counted."""
    codes_at(SECRET, STEP + np.arange(1000))
    assert capsys.readouterr() == ("", "")
    assert batch._SHOW_AFTER_SECONDS == 2
    monkeypatch.setattr(batch, "_SHOW_AFTER_SECONDS", 0)
    codes_at(SECRET, STEP + np.arange(1000))
    assert "code" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("secrets", "steps", "options"),
    [
        (SECRET, -1, {}),
        (SECRET, [0, -(2**40)], {}),
        (SECRET, 1.0, {}),
        (SECRET, [True], {}),
        (SECRET, "0", {}),
        (SECRET, 2**64, {}),
        (SECRET, [[[0]]], {}),
        ([SECRET] * 2, [0] * 3, {}),
        (SECRET, 0, {"digits": 5}),
        (SECRET, 0, {"digits": 9}),
        (SECRET, 0, {"algorithm": "MD5"}),
        (SECRET, 0, {"workers": 0}),
        (SECRET, 0, {"workers": 1.5}),
    ],
    ids=str,
)
def test_what_cannot_be_computed_is_refused(secrets: object, steps: object, options: dict) -> None:
    """Steps before 1970, fractions, shapes that do not fit, kinds that do not exist: a sentence, no array."""
    with pytest.raises(InvalidInput):
        codes_at(secrets, steps, **options)


@pytest.mark.parametrize("secret", ["short", "", None, 7, b"bytes"], ids=repr)
def test_broken_secrets_are_refused(secret: object) -> None:
    """Among good ones too; the sentence quotes none."""
    with pytest.raises(InvalidSecret) as caught:
        codes_at([SECRET, secret], 0)
    assert "DEMO" not in str(caught.value)

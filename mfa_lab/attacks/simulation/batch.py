"""Compute millions of codes, for figures and simulations.

Never use this module for a login: there, PyOTP computes every code.

SHA-1 runs over NumPy arrays (`sha1.compress`), which is about twenty times as fast as a loop over PyOTP. SHA-256 and
SHA-512 use `hashlib`, copied from a prepared state. They have more than twice as many operations, each of which is a
pass over memory, so arrays would be slower.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import pairwise, product
from multiprocessing import get_context, parent_process
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from mfa_lab.attacks.simulation import sha1
from mfa_lab.errors import InvalidInput
from mfa_lab.otp import DIGESTS, checked_parameters, secret_bytes

Codes = NDArray[np.uint32]

CHUNK_CODES = 20_480
"""The number of codes at a time: so large that NumPy's calls cost little, but small enough for a core's cache."""
TASK_CODES = 16 * CHUNK_CODES
"""The number of codes that a process gets at a time."""
WORTH_PROCESSES = 4_000_000
"""With fewer codes than this, one process finishes before another process would have started."""
_SHOW_AFTER_SECONDS = 2
_N = np.uint32
_INNER, _OUTER = (bytes(byte ^ padding for byte in range(256)) for padding in (0x36, 0x5C))
"""HMAC's two paddings (RFC 2104), for `bytes.translate`."""


def codes_at(
    secrets: ArrayLike,
    steps: ArrayLike,
    *,
    digits: int = 6,
    algorithm: str = "SHA1",
    workers: int | None = None,
) -> Codes:
    """Return the code of each secret at each step, as a number: 7 means "000007".

    `secrets` is Base32 text, and `steps` are time steps (`otp.step_at`). Each may be a single value or an array. The
    two broadcast in up to two dimensions: n secrets and n steps give n codes, while `secrets[:, None]` and steps give
    a table. Codes are computed in chunks. Besides the arguments and the result (4 bytes per code), this function
    needs about 20 MB. Each of `workers` processes needs another 20 MB, and a Python interpreter. Without `workers`,
    there is one process per core if that is faster. Threads would only wait for each other. A bar shows progress
    after two seconds. Raises `InvalidSecret` or `InvalidInput`.

    >>> [f"{code:06d}" for code in codes_at("DEMOALICEDEMOALICEDEMOALICEDEMO2", [60_000_000, 60_000_001])]
    ['715679', '411743']
    """
    checked_parameters(digits, 30, algorithm)
    texts, counters = np.asarray(secrets, dtype=object), _checked_steps(steps)
    if max(texts.ndim, counters.ndim) > 2:
        raise InvalidInput("secrets and steps must have at most two dimensions: reshape them")
    try:
        shape = np.broadcast_shapes(texts.shape, counters.shape)
    except ValueError:
        shape = None
    if shape is None:
        raise InvalidInput(f"secrets of shape {texts.shape} and steps of shape {counters.shape} do not broadcast")
    texts, counters = _in_two_dimensions(texts), _in_two_dimensions(counters)
    codes: Codes = np.empty(np.broadcast_shapes(texts.shape, counters.shape), np.uint32)
    tiles = list(_tiles(codes.shape, TASK_CODES))
    tasks = ((_tile(texts, tile), _tile(counters, tile), digits, algorithm) for tile in tiles)
    with tqdm(total=codes.size, unit="code", unit_scale=True, delay=_SHOW_AFTER_SECONDS, leave=False) as bar:
        for tile, part in zip(tiles, _done(tasks, _checked_workers(workers, codes.size)), strict=True):
            codes[tile] = part
            bar.update(part.size)
    return codes.reshape(shape)


Tile = tuple[slice, slice]
Task = tuple[NDArray[Any], NDArray[Any], int, str]


def _checked_steps(steps: ArrayLike) -> NDArray[Any]:
    given = np.asarray(steps)
    if given.size and (given.dtype.kind not in "iu" or int(given.min()) < 0):
        raise InvalidInput("steps must be whole numbers, 0 or more: time steps begin in 1970")
    return given


def _checked_workers(workers: int | None, size: int) -> int:
    if workers is None:
        alone = size < WORTH_PROCESSES or parent_process() is not None
        return 1 if alone else os.cpu_count() or 1
    if type(workers) is not int or workers < 1:
        raise InvalidInput("workers must be a whole number, 1 or more")
    return workers


def _in_two_dimensions(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape((1,) * (2 - array.ndim) + array.shape)


def _tiles(shape: tuple[int, ...], size: int) -> Iterator[Tile]:
    """Yield the tiles of a table. Each tile has at most `size` cells, and contains whole rows if they fit."""
    rows, columns = shape
    wide = max(1, min(columns, size))
    high = max(1, size // wide)
    for top, left in product(range(0, rows, high), range(0, columns, wide)):
        yield slice(top, top + high), slice(left, left + wide)


def _tile(array: NDArray[Any], tile: Tile) -> NDArray[Any]:
    """Return the tile of an array that broadcasts to the table."""
    rows, columns = (where if length > 1 else slice(None) for where, length in zip(tile, array.shape, strict=True))
    return array[rows, columns]


def _done(tasks: Iterable[Task], workers: int) -> Iterator[Codes]:
    """Yield the tasks' results in order.

    At any time, there are only as many tasks as are needed to keep all workers busy.
    """
    if workers == 1:
        yield from (_codes(*task) for task in tasks)
        return
    waiting: deque[Future[Codes]] = deque()
    try:
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    except OSError:  # some containers have no semaphores: one process computes the same codes
        yield from _done(tasks, 1)
        return
    with pool as processes:
        for task in tasks:
            waiting.append(processes.submit(_codes, *task))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        yield from (future.result() for future in waiting)


def _codes(texts: NDArray[Any], counters: NDArray[Any], digits: int, algorithm: str) -> Codes:
    """Return the codes of one task."""
    codes: Codes = np.empty(np.broadcast_shapes(texts.shape, counters.shape), np.uint32)
    hashing = _Sha1 if algorithm == "SHA1" else _Sha2
    keyed = hashing(texts, algorithm)
    for tile in _tiles(codes.shape, CHUNK_CODES):
        words = keyed.hmac(tile, _tile(counters, tile).astype(np.uint64))
        codes[tile] = truncated(words) % _N(10**digits)
    return codes


def truncated(words: list[Codes]) -> Codes:
    """Return the dynamic truncation (RFC 4226, section 5.3): 31 bits from the offset in the last four bits.

    `words` contains the digest's first five words and its last word.
    """
    offset = words[-1] & _N(15)
    first, shift = offset >> _N(2), (offset & _N(3)) << _N(3)
    odd, upper = -(first & _N(1)), -(first >> _N(1))  # all ones or all zeros
    one, two, three, four = (_either(*pair, odd) for pair in pairwise(words[:5]))
    high, low = _either(one, three, upper), _either(two, four, upper)
    return (high << shift | low >> (_N(32) - shift)) & _N(0x7FFF_FFFF)  # NumPy shifts by 32 to 0


def _either(zeros: Codes, ones: Codes, mask: Codes) -> Codes:
    """Return `zeros` or `ones`, depending on the mask, in a fifth of the time of `np.choose`."""
    return zeros ^ ((zeros ^ ones) & mask)


class _Sha1:
    """Compute HMAC-SHA-1 over arrays: compress each key's two blocks once, then two more blocks for each code."""

    def __init__(self, texts: NDArray[Any], algorithm: str) -> None:
        keys = b"".join(_block_long(texts, algorithm))
        self._inner, self._outer = (
            sha1.compress(sha1.START, _words(keys.translate(padding), texts.shape)) for padding in (_INNER, _OUTER)
        )

    def hmac(self, tile: Tile, counters: NDArray[np.uint64]) -> list[NDArray[np.uint32]]:
        inner, outer = ([_tile(word, tile) for word in state] for state in (self._inner, self._outer))
        digest = sha1.compress(inner, last_block([_high(counters), counters.astype(np.uint32)]))
        digest = sha1.compress(outer, last_block(digest))
        return [*digest, digest[-1]]


def _high(counters: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the upper 32 bits. Until the year 6053 all of them are zero, and the result is a single shared word."""
    high = (counters >> np.uint64(32)).astype(np.uint32)
    return high if high.any() else sha1.word(0)


def last_block(words: Iterable[NDArray[np.uint32]]) -> list[NDArray[np.uint32]]:
    """Return the rest of a message after the key's block: `words`, a bit 1, zeros, and the length in bits."""
    block = [*words, sha1.word(1 << 31)]
    length = 8 * (64 + 4 * (len(block) - 1))
    return block + [sha1.word(0)] * (15 - len(block)) + [sha1.word(length)]


def _words(blocks: bytes, shape: tuple[int, ...]) -> list[NDArray[np.uint32]]:
    return list(np.moveaxis(np.frombuffer(blocks, ">u4").astype(np.uint32).reshape(*shape, 16), -1, 0))


class _Sha2:
    """Compute HMAC-SHA-256 and HMAC-SHA-512 by `hashlib`: hash each key's two blocks once, then copy their states."""

    def __init__(self, texts: NDArray[Any], algorithm: str) -> None:
        new = _quickest(algorithm)
        states = (
            (new(key.translate(_INNER)).copy, new(key.translate(_OUTER)).copy)
            for key in _block_long(texts, algorithm)
        )
        self._states = np.fromiter(states, object, texts.size).reshape(texts.shape)

    def hmac(self, tile: Tile, counters: NDArray[np.uint64]) -> list[NDArray[np.uint32]]:
        states, messages = _tile(self._states, tile), counters.astype(">u8").view("V8")
        shape = np.broadcast_shapes(states.shape, messages.shape)
        pairs = zip(*(np.broadcast_to(array, shape).ravel().tolist() for array in (states, messages)), strict=True)
        digests = []
        for (copy_inner, copy_outer), message in pairs:
            inner, outer = copy_inner(), copy_outer()
            inner.update(message)
            outer.update(inner.digest())
            digests.append(outer.digest())
        words = np.frombuffer(b"".join(digests), ">u4").reshape(*shape, -1).astype(np.uint32)
        return [*np.moveaxis(words[..., :5], -1, 0), words[..., -1]]


def _quickest(algorithm: str) -> Callable[..., Any]:
    """Return CPython's own hash function if it was built in.

    The state of this function can be copied faster than the state of OpenSSL's hash function in `hashlib`.
    """
    try:
        own: Callable[..., Any] = getattr(hashlib, "__get_builtin_constructor")(algorithm)
    except (AttributeError, ValueError):
        return DIGESTS[algorithm]
    return own


def _block_long(texts: NDArray[Any], algorithm: str) -> Iterator[bytes]:
    """Return the keys in the form that HMAC needs: one block long, and hashed first if they are longer (RFC 2104)."""
    size = DIGESTS[algorithm]().block_size
    for text in texts.flat:
        key = secret_bytes(text)
        yield (DIGESTS[algorithm](key).digest() if len(key) > size else key).ljust(size, b"\0")

"""A proxy in front of PostgreSQL's socket: it counts the round trips, and delays what passes, as a network does.

`python -m tests.slow_proxy FOLDER TARGET SECONDS` runs one in a process of its own, until it is terminated.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from selectors import SelectSelector

SOCKET = ".s.PGSQL.5432"
_AT_ONCE = 65536


class Proxy:
    """`folder` holds the proxy's socket, and `target` PostgreSQL's; both are named as PostgreSQL names its socket."""

    def __init__(self, folder: Path, target: Path, delay_seconds: float = 0) -> None:
        self.folder, self.target, self.delay_seconds = folder, target, delay_seconds
        self.trips = 0

    async def serve(self) -> None:
        server = await asyncio.start_unix_server(self._accept, self.folder / SOCKET)
        async with server:
            await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_unix_connection(self.target / SOCKET)
            await asyncio.gather(self._pass(reader, back, 1), self._pass(there, writer, 0))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trips: int) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while data := await reader.read(_AT_ONCE):
                self.trips += trips
                loop.call_later(self.delay_seconds, writer.write, data)
        loop.call_later(self.delay_seconds, writer.close)


@contextmanager
def counting_proxy(folder: Path, target: Path) -> Iterator[Proxy]:
    """A proxy in a thread, without a delay."""
    proxy, loop = Proxy(folder, target), asyncio.new_event_loop()
    task = loop.create_task(proxy.serve())
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([task])), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
        for left in asyncio.all_tasks(loop):
            left.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


if __name__ == "__main__":
    fine = asyncio.SelectorEventLoop(SelectSelector())  # epoll would round each delay up to a whole millisecond
    fine.run_until_complete(Proxy(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])).serve())

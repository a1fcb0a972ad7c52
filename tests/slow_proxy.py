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

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._accept, self.folder / SOCKET)

    async def serve(self) -> None:
        await (await self.listen()).serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            there, back = await asyncio.open_unix_connection(self.target / SOCKET)
            writers.append(back)
            await asyncio.gather(self._pass(reader, back, 1), self._pass(there, writer, 0))
        except (OSError, asyncio.CancelledError):
            for each in writers:
                each.transport.abort()

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
    server = loop.run_until_complete(proxy.listen())  # before the first caller comes
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        server.close()
        left = asyncio.all_tasks(loop)
        for each in left:
            each.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(asyncio.sleep(0.05))  # a transport closes its socket some turns after it was told to
        loop.close()


if __name__ == "__main__":
    fine = asyncio.SelectorEventLoop(SelectSelector())  # epoll would round each delay up to a whole millisecond
    fine.run_until_complete(Proxy(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])).serve())

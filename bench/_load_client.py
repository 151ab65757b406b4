"""A small HTTP client for an open loop: requests start at fixed times, whether or not earlier ones were answered.

Raw asyncio streams, because the client shares the machine with the server that is measured; what it takes is printed
(``generator_cpu_ms``). wrk and h2load take less, but neither logs in, sends a form nor reads what came back, and both wait
for an answer before they send again, which hides a server that stalls.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

LIMIT = 20.0
"""Seconds after which a request counts as failed."""


@dataclass(frozen=True)
class Request:
    """One request, as bytes on the wire, and what a right answer is."""

    kind: str
    wire: bytes
    status: tuple[int, ...] = (200,)
    word: bytes = b""


@dataclass
class Taken:
    """What came back: seconds from when each request was due, and the errors."""

    kinds: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    late: float = 0.0

    @property
    def seconds(self) -> list[float]:
        """Of all kinds, sorted."""
        return sorted(one for taken in self.kinds.values() for one in taken)

    def p(self, share: float) -> float:
        """A quantile in milliseconds."""
        ordered = self.seconds
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0

    @property
    def failed(self) -> int:
        """How many went wrong."""
        return sum(self.errors.values())


class Client:
    """Connections to one port, kept open and used again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def run(self, rate: float, seconds: float, requests: Iterator[Request]) -> Taken:
        """So many requests a second for so long, evenly spaced."""
        taken, tasks = Taken(), set[asyncio.Task[None]]()
        begun, count = time.perf_counter(), round(rate * seconds)
        for number in range(count):
            due = begun + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            taken.late = max(taken.late, time.perf_counter() - due)
            task = asyncio.create_task(self._one(next(requests), due, taken))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if tasks:
            await asyncio.wait(tasks, timeout=LIMIT + 5)
        return taken

    async def _one(self, request: Request, due: float, taken: Taken) -> None:
        try:
            async with asyncio.timeout(LIMIT):
                status, body = await self._ask(request.wire)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            self._wrong(taken, request, type(error).__name__)
            return
        taken.kinds.setdefault(request.kind, []).append(time.perf_counter() - due)
        if status not in request.status:
            self._wrong(taken, request, str(status))
        elif status == 200 and request.word not in body:
            self._wrong(taken, request, "another page")

    def _wrong(self, taken: Taken, request: Request, what: str) -> None:
        key = f"{request.kind}: {what}"
        taken.errors[key] = taken.errors.get(key, 0) + 1

    async def _ask(self, wire: bytes) -> tuple[int, bytes]:
        while self.free:
            reader, writer = self.free.pop()
            try:
                return await self._over(reader, writer, wire)
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()  # the server had closed it meanwhile
        return await self._over(*await asyncio.open_connection("127.0.0.1", self.port), wire)

    async def _over(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: bytes
    ) -> tuple[int, bytes]:
        try:
            writer.write(wire)
            head = await reader.readuntil(b"\r\n\r\n")
            status, length, close = int(head[9:12]), 0, False
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
                elif line.startswith(b"transfer-encoding:"):
                    length = -1
                elif line.startswith(b"connection: close"):
                    close = True
            body = await self._body(reader, 0 if status in (204, 304) else length)
        except BaseException:
            writer.close()
            raise
        if close:
            writer.close()
        else:
            self.free.append((reader, writer))
        return status, body

    async def _body(self, reader: asyncio.StreamReader, length: int) -> bytes:
        if length >= 0:
            return await reader.readexactly(length)
        parts: list[bytes] = []
        while size := int(await reader.readline(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        return b"".join(parts)

    def close(self) -> None:
        """Closes what is kept open."""
        for _reader, writer in self.free:
            writer.close()
        self.free.clear()

"""What a request costs: CPU of web and database together, by process accounting, with 1,000,000 appeals loaded.

Run: ``.venv/bin/python -m bench.appeals_api [--appeals N] [--rounds N] [--data FOLDER]``. Prints one JSON object as
its last line: medians over the rounds. Two web workers, four connections, loopback only, stops by itself.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench.machine import yardstick_ms

PASSWORD = "a-bench-password-1"
COMMUNITIES = 600
TICK = os.sysconf("SC_CLK_TCK")
BUSY = "230103001001"  # the community whose worker asks
STREET = "230103001"
EMPTY = "230199999001"  # a community without a single appeal


def main() -> None:
    """Loads, serves, measures, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--appeals", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=200, help="per round and operation")
    options.add_argument("--port", type=int, default=8973)
    options.add_argument("--data", type=Path, help="keep and reuse the loaded database in this folder")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-appeals-") as temporary:
        data = (chosen.data or Path(temporary)).resolve()
        os.environ.update(
            LIANGLIN_DATA=str(data),
            LIANGLIN_DEMO="1",
            PORT=str(chosen.port),
            LIANGLIN_WEB_WORKERS="2",
            LIANGLIN_LOG_LEVEL="WARNING",
            LIANGLIN_TRUSTED_PROXIES="1",  # each report comes from an address of its own, as in life
        )
        seconds = load(data, chosen.appeals)
        print(json.dumps(_measure(data, chosen) | {"load_seconds": seconds}))


def load(data: Path, appeals: int) -> float:
    """Loads the database, or brings one that is kept up to today's tables; the seconds that loading took."""
    done = data / "bench.json"
    if done.exists() and json.loads(done.read_text())["appeals"] == appeals:
        subprocess.run(
            [sys.executable, "-m", "lianglin.project.cli", "migrate"], stdout=subprocess.DEVNULL, check=True
        )
        return 0.0
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "bench._appeals_load", str(appeals)], check=True)
    done.write_text(json.dumps({"appeals": appeals}))
    return round(time.monotonic() - begun, 1)


# --- one visitor -----------------------------------------------------------------------------------------


@dataclass
class Visitor:
    """A keep-alive connection with cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """One request; keeps the cookies."""
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Host": f"localhost:{self.port}",
            **headers,
        }
        if "csrftoken" in self.cookies:
            sent["X-CSRFToken"] = self.cookies["csrftoken"]
        self.connection.request(method, path, body or None, sent)
        answer = self.connection.getresponse()
        content = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, content

    def log_in(self, username: str) -> Visitor:
        """Logs in through the login page."""
        status, page = self.ask("GET", "/account/login/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {
            "username": username,
            "password": PASSWORD,
            "csrfmiddlewaretoken": token[1].decode() if token else "",
        }
        status, page = self.ask(
            "POST",
            "/account/login/",
            urlencode(form).encode(),
            **{"Content-Type": "application/x-www-form-urlencoded"},
        )
        if status not in (302, 303):
            raise SystemExit(f"login of {username} failed with {status}")
        return self

    def again(self) -> Visitor:
        """The same session on another connection."""
        return Visitor(self.port, dict(self.cookies))


# --- accounting ------------------------------------------------------------------------------------------


def cpu_seconds(pids: set[int]) -> float:
    total = 0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(x) for x in stat[11:15])  # own and reaped children's user and system time
    return total / TICK


def family(root: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, frontier = set(), [root]
    while frontier:
        pid = frontier.pop()
        found.add(pid)
        frontier.extend(children.get(pid, []))
    return found


@dataclass
class Operation:
    """One kind of request: how visitor number i makes its n-th, and what status counts as right."""

    name: str
    visitors: list[Visitor]
    make: Callable[[Visitor, int], int]
    cpu: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)


def round_of(operation: Operation, requests: int, pids: Callable[[], set[int]], start: int) -> None:
    taken: list[float] = []
    wrong: list[int] = []
    lock = threading.Lock()

    def run(number: int, visitor: Visitor) -> None:
        visitor.connection = None  # the server has closed what was kept open since the last round
        for n in range(start + number, start + requests, len(operation.visitors)):
            begun = time.perf_counter()
            status = operation.make(visitor, n)
            with lock:
                taken.append(time.perf_counter() - begun)
                if status >= 300:
                    wrong.append(status)

    counted = pids()
    before = cpu_seconds(counted)
    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(operation.visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(0.05)
    spent = cpu_seconds(counted) - before
    if wrong:
        raise SystemExit(
            f"{operation.name}: {len(wrong)} of {len(taken)} requests failed, e.g. with {wrong[0]}"
        )
    operation.cpu.append(1000 * spent / len(taken))
    operation.p95.append(1000 * statistics.quantiles(taken, n=20)[-1])


def _measure(data: Path, chosen: argparse.Namespace) -> dict[str, object]:
    from lianglin.project.embedded import Server

    with Server.start(data / "pg") as server:
        with _serving(chosen.port) as web:
            postmaster = int((data / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
            measured = operations(chosen.port)
            for operation in measured:
                round_of(operation, 40, lambda: {os.getpid()}, 10_000_000)  # to warm up
                operation.cpu.clear()
                operation.p95.clear()
            for number in range(chosen.rounds):
                for operation in measured:
                    round_of(
                        operation,
                        chosen.requests,
                        lambda: family(web.pid) | family(postmaster),
                        number * chosen.requests,
                    )
        found = _report(measured, chosen)
        return found | _statements(server, data, chosen) | {"yardstick_ms": yardstick_ms()}


@contextmanager
def _serving(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Two web workers on this port, until the end of the block."""
    web = subprocess.Popen([sys.executable, "-m", "lianglin.project.cli", "serve"], stderr=subprocess.DEVNULL)
    try:
        wait(port)
        yield web
    finally:
        web.terminate()
        web.wait(20)


ASKED = 10


def _statements(server: Any, data: Path, chosen: argparse.Namespace) -> dict[str, float]:
    """Statements per request, begin and commit left out, as PostgreSQL itself logs them."""
    counted: dict[str, float] = {}
    log = data / "pg" / "server.log"
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("alter role lianglin_app set log_statement = 'all'")
        try:
            with _serving(chosen.port):
                for operation in operations(chosen.port):
                    operation.make(operation.visitors[0], 20_000_000)
                    before = log.stat().st_size
                    for n in range(20_000_001, 20_000_001 + ASKED):
                        operation.make(operation.visitors[0], n)
                    counted[f"{operation.name}_statements"] = _count(log.read_bytes()[before:]) / ASKED
        finally:
            admin.execute("alter role lianglin_app reset log_statement")
    return counted


def _count(logged: bytes) -> int:
    said = re.findall(rb"LOG:  (?:statement|execute [^:]*): *(\w+)", logged)
    return sum(verb.lower() not in (b"begin", b"commit", b"savepoint", b"release") for verb in said)


def wait(port: int) -> None:
    for _ in range(300):
        try:
            if Visitor(port).ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web server did not answer within 30 seconds")


def operations(port: int) -> list[Operation]:
    worker = Visitor(port).log_in("bench-worker")
    street = Visitor(port).log_in("bench-street")
    nobody = Visitor(port).log_in("bench-empty")
    four = [worker.again() for _ in range(4)]
    numbers = _numbers(street)
    deep = _deep_cursor(worker)

    def get(path: str) -> Callable[[Visitor, int], int]:
        return lambda visitor, n: visitor.ask("GET", path)[0]

    def create(visitor: Visitor, n: int) -> int:
        body = {
            "text": f"楼道灯不亮了，已经三天，老人上下楼不方便。第{n}次",
            "item": "020601",
            "community": BUSY,
            "name": "王示例",
            "phone": "15400000000",
        }
        return visitor.ask(
            "POST",
            "/api/v1/appeals/",
            json.dumps(body).encode(),
            **{
                "Content-Type": "application/json",
                "X-Forwarded-For": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
            },
        )[0]

    def move(visitor: Visitor, n: int) -> int:
        path = f"/api/v1/appeals/{numbers.pop()}/moves/accept"
        return visitor.ask("POST", path, b"{}", **{"Content-Type": "application/json"})[0]

    return [
        Operation("create", [Visitor(port) for _ in range(4)], create),
        Operation("list", four, get("/appeals/desk/")),
        Operation("list_json", four, get("/api/v1/appeals/")),
        Operation("deep_list", four, get(f"/api/v1/appeals/?cursor={deep}")),
        Operation("empty_list", [nobody.again() for _ in range(4)], get("/api/v1/appeals/")),
        Operation(
            "detail", four, lambda visitor, n: visitor.ask("GET", f"/appeals/desk/{numbers[n % 200]}/")[0]
        ),
        Operation("move", [street.again() for _ in range(4)], move),
    ]


def _numbers(visitor: Visitor) -> list[str]:
    """Numbers of received cases, enough for all rounds of moves."""
    found: list[str] = []
    cursor = ""
    while len(found) < 3000:
        page = json.loads(visitor.ask("GET", f"/api/v1/appeals/?state=received&cursor={cursor}")[1])
        found += [row["number"] for row in page["rows"]]
        cursor = page["older"]
        if not cursor:
            break
    return found


def _deep_cursor(visitor: Visitor) -> str:
    """The cursor of a page about as deep as the data goes."""
    import base64

    raw = json.dumps(["o", 2000], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


GOALS = {"create": 8, "list": 14, "list_json": 8, "detail": 7, "move": 9}


def _report(operations: list[Operation], chosen: argparse.Namespace) -> dict[str, object]:
    found: dict[str, object] = {
        "appeals": chosen.appeals,
        "rounds": chosen.rounds,
        "requests_per_round": chosen.requests,
    }
    cpu = {op.name: statistics.median(op.cpu) for op in operations}
    for op in operations:
        found[f"{op.name}_cpu_ms"] = round(cpu[op.name], 2)
        found[f"{op.name}_p95_ms"] = round(statistics.median(op.p95), 1)
    found["deep_to_first"] = round(cpu["deep_list"] / cpu["list_json"], 2)
    found["empty_to_first"] = round(cpu["empty_list"] / cpu["list_json"], 2)
    found["goals_cpu_ms"] = GOALS
    return found


if __name__ == "__main__":
    main()

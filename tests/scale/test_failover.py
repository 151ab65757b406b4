"""The primary is killed while people report: every acknowledged appeal is there afterwards. `make test-scale` runs it.

Two nodes and etcd on loopback, from deploy/patroni/node.yml, in strict synchronous mode; web and worker as they are run.
"""

from __future__ import annotations

import http.client
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from django.db import connection, connections

from lianglin.access import audit
from lianglin.appeals.models import Appeal
from lianglin.cases.models import Case, Receipt, Step
from lianglin.project import database
from lianglin.project.embedded import Server
from tests import roles
from tests import world as worlds
from tests.failure.conftest import copy
from tests.failure.system import System
from tests.scale.cluster import ADMIN, PASSWORD, Cluster, until

pytestmark = [pytest.mark.scale, pytest.mark.timeout(230, func_only=True)]

CLIENTS = 4
PAUSE = 0.4
REPORTS = "/api/v1/appeals/"


@pytest.fixture
def cluster(transactional_db: None, postgres: Server) -> Iterator[Cluster]:
    """The running cluster with a copy of the migrated template; Django looks at it meanwhile."""
    made = Cluster.make()
    wrappers = [connections[alias] for alias in roles.ALIASES]
    before = [(dict(one.settings_dict), dict(one.settings_dict["OPTIONS"])) for one in wrappers]
    try:
        made.start()
        copy(postgres, made, database.NAME)
        for wrapper in wrappers:
            wrapper.close()
            hosts = {"HOST": "127.0.0.1,127.0.0.1", "PORT": ",".join(str(node.port) for node in made.nodes)}
            wrapper.settings_dict.update(NAME=database.NAME, USER=ADMIN, PASSWORD=PASSWORD, **hosts)
            wrapper.settings_dict["OPTIONS"] |= {"target_session_attrs": "read-write", "connect_timeout": 3}
        yield made
    finally:
        for wrapper, (settings, options) in zip(wrappers, before, strict=True):
            wrapper.close()
            wrapper.settings_dict.clear()
            wrapper.settings_dict.update(settings | {"OPTIONS": options})
        made.stop()


@dataclass
class Client:
    """Reports again and again, each time something of its own, and remembers what it was told."""

    system: System
    community: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Number -> text."""
    refused: set[str] = field(default_factory=set)
    last: float = 0.0
    times: list[float] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(PAUSE):
            text = f"楼道灯不亮了，三天没人来 {uuid.uuid4()}"
            body = {"text": text, "community": self.community, "name": "李示例", "phone": "15400000001"}
            try:
                answer = self.system.ask("POST", REPORTS, body, headers=a_new_caller(), timeout=15)
            except (OSError, http.client.HTTPException):
                self.refused.add(text)
                continue
            if answer.status == 201:
                self.acknowledged[answer.json()["number"]] = text
                self.times.append(time.monotonic())
            else:
                self.refused.add(text)


def a_new_caller() -> dict[str, str]:
    """Each report from an address of its own: how many one address may send is not the matter here."""
    address = ".".join(str(part) for part in uuid.uuid4().bytes[:3])
    return {
        "Idempotency-Key": str(uuid.uuid4()),
        "X-Forwarded-For": f"10.{address}",
        "X-Forwarded-Proto": "https",
    }


def acknowledged_since(clients: list[Client], moment: float) -> bool:
    return any(client.times and client.times[-1] > moment for client in clients)


def watch_over(system: System, stop: threading.Event) -> None:
    """What a supervisor does: a worker or web that ended is started again."""
    while not stop.wait(0.5):
        for name, process in list(system.processes.items()):
            if process.poll() is not None and not stop.is_set():
                system.start(name)


def test_no_acknowledged_appeal_is_lost_with_the_primary(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds.build()
    system = System(tmp_path, {"DATABASE_URL": cluster.url(database.NAME), "LIANGLIN_TRUSTED_PROXIES": "1"})
    clients = [Client(system, world.codes()[number % len(world.codes())]) for number in range(CLIENTS)]
    stop, ended = threading.Event(), threading.Event()
    threads = [threading.Thread(target=client.run, args=[stop]) for client in clients]
    guard = threading.Thread(target=watch_over, args=[system, ended])
    try:
        system.start("serve")
        system.start("worker")
        system.wait(timeout=90)
        guard.start()
        for thread in threads:
            thread.start()
        until(
            lambda: sum(len(client.acknowledged) for client in clients) >= 40, 60, f"appeals\n{system.log()}"
        )
        victim = cluster.primary()
        killed = time.monotonic()
        victim.kill()
        survivor = next(node for node in cluster.nodes if node is not victim)
        until(survivor.is_primary, 60, f"a promotion\n{cluster.log()}")
        promoted = time.monotonic() - killed
        cluster.start_node(victim)  # the machine is switched on again; strict mode waits for a second copy
        until(lambda: acknowledged_since(clients, killed + 1), 60, f"writing again\n{system.log()}")
        writable = min(at for client in clients for at in client.times if at > killed + 1) - killed
        until(cluster.is_in_sync, 60, f"the killed node as a standby\n{cluster.log()}")
        assert victim.asked("/patroni").get("role") == "replica"
        before = sum(len(client.acknowledged) for client in clients)
        until(lambda: sum(len(client.acknowledged) for client in clients) >= before + 20, 60, system.log())
        stop.set()
        for thread in threads:
            thread.join(20)
        until(lambda: worker_goes_on(system), 100, f"the worker's rest\n{system.log()}")
        check(clients)
        with capsys.disabled():
            sent = sum(len(client.acknowledged) for client in clients)
            print(
                f"\npromoted after {promoted:.1f} s, writing again after {writable:.1f} s; {sent} acknowledged, none lost"
            )
    finally:
        stop.set()
        ended.set()
        for thread in (guard, *threads):
            if thread.ident is not None:
                thread.join(20)
        system.stop()
    assert [
        process for process in psutil.Process().children(recursive=True) if process.name() == "granian"
    ] == []


def worker_goes_on(system: System) -> bool:
    """Ready again, and nothing waits to be done. (What it was at is put back by the next minutes: tests/failure.)"""
    for alias in roles.ALIASES:
        connections[alias].close()
    try:
        ready = system.ask("GET", "/readyz", timeout=5).status == 200
    except (OSError, http.client.HTTPException):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where status = 'todo' and coalesce(scheduled_at, now()) <= now()"
        )
        return ready and cursor.fetchone()[0] == 0


def check(clients: list[Client]) -> None:
    """Every acknowledged appeal with its text; every other one absent or whole; the audit without a gap."""
    texts = dict(Appeal._base_manager.values_list("case__number", "text"))
    for client in clients:
        for number, text in client.acknowledged.items():
            assert texts.get(number) == text, f"{number} was acknowledged and is not there"
    known = {text for client in clients for text in (*client.acknowledged.values(), *client.refused)}
    assert set(texts.values()) <= known
    cases = set(Case._base_manager.values_list("pk", flat=True))
    for model, column in ((Appeal, "pk"), (Receipt, "case_id"), (Step, "case_id")):
        assert set(model._base_manager.values_list(column, flat=True)) == cases, model
    assert list(audit.verify()) == []

"""Two database nodes under Patroni and one etcd on loopback, from deploy/patroni/node.yml, to be hurt."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import yaml

from lianglin.project import binaries, embedded
from tests.started import free_port

ROOT = Path(__file__).parents[2]
NODE = ROOT / "deploy" / "patroni" / "node.yml"
PATRONI = ROOT / "build" / "scale"
ETCD = shutil.which("etcd")
ADMIN, PASSWORD = embedded.ADMIN, "only-for-this-test"
QUICK = {"ttl": 20, "loop_wait": 1, "retry_timeout": 3}
SMALL = {
    "shared_buffers": "32MB",
    "max_connections": 60,
    "wal_keep_size": "64MB",
    "archive_mode": "off",
    "fsync": "off",
}


def packages() -> Path | None:
    """Patroni and what it needs, in the environment that `make test-scale` makes."""
    return next(iter(PATRONI.glob("lib/python*/site-packages/patroni")), None)


def until(condition: Callable[[], object], timeout: float, what: str) -> None:
    """Waits; AssertionError says for what in vain."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.1)


@dataclass
class Node:
    """One machine: a Patroni and its PostgreSQL."""

    name: str
    home: Path
    port: int = field(default_factory=free_port)
    rest: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.home / self.name / "data"

    def asked(self, path: str) -> dict[str, Any]:
        """What Patroni's REST interface says; {} when it does not."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.rest}{path}", timeout=3) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with suppress(ValueError):
                return json.loads(error.read())
            return {}
        except OSError:
            return {}

    def is_primary(self) -> bool:
        said = self.asked("/patroni")
        return said.get("role") in ("primary", "master") and said.get("state") == "running"

    def processes(self) -> list[psutil.Process]:
        """Patroni and everything of this node's PostgreSQL."""
        found = []
        for process in psutil.process_iter(["cmdline", "name"]):
            with suppress(psutil.Error, OSError):
                words = " ".join(process.info["cmdline"] or [])
                inside = process.info["name"] == "postgres" and process.cwd() == str(self.data)
                if (
                    inside
                    or str(self.home / self.name) in words
                    or str(self.home / f"{self.name}.yml") in words
                ):
                    found.append(process)
        return found

    def kill(self) -> None:
        """kill -9 of all of it at once, as a machine that loses its power."""
        processes = self.processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=20)
        if self.process is not None:
            self.process.wait(20)


@dataclass
class Cluster:
    """Both nodes, etcd, and who runs them."""

    home: Path
    user: tuple[int, int] | None
    programs: Path
    nodes: list[Node]
    etcd_port: int = field(default_factory=free_port)
    etcd: subprocess.Popen[bytes] | None = None

    @classmethod
    def make(cls) -> Cluster:
        """An empty folder in which nothing runs yet. Run by root, everything in it runs as ``nobody``."""
        home = Path(tempfile.mkdtemp(prefix="ll-scale-", dir="/tmp"))
        user: tuple[int, int] | None = None
        if os.geteuid() == 0:
            user = binaries.unprivileged()
            os.chown(home, *user)
        made = cls(home, user, binaries.runner(home).programs, [Node("db1", home), Node("db2", home)])
        for node in made.nodes:
            made._write(node)
        return made

    def _write(self, node: Node) -> None:
        """The node's file: the one of deploy/, with ports of this machine, quick, small and without a watchdog."""
        told = yaml.safe_load(NODE.read_text(encoding="utf-8"))
        here = "127.0.0.1"
        told["name"] = node.name
        told["restapi"] = {"listen": f"{here}:{node.rest}", "connect_address": f"{here}:{node.rest}"}
        told["etcd3"] = {"hosts": f"{here}:{self.etcd_port}"}
        dcs = told["bootstrap"]["dcs"]
        dcs |= QUICK
        dcs["postgresql"]["parameters"] |= SMALL
        del dcs["postgresql"]["parameters"]["archive_command"]
        own = told["postgresql"]
        own |= {"listen": f"{here}:{node.port}", "connect_address": f"{here}:{node.port}"}
        own |= {
            "data_dir": str(node.data),
            "bin_dir": str(self.programs),
            "pgpass": str(self.home / f"pgpass-{node.name}"),
        }
        for who in own["authentication"].values():
            who["password"] = PASSWORD
        own["parameters"]["unix_socket_directories"] = ".."
        own["pg_hba"] = [line.replace("10.0.0.0/24", "127.0.0.1/32") for line in own["pg_hba"]]
        told["watchdog"] = {"mode": "off"}
        folder = self.home / node.name
        folder.mkdir(mode=0o700)
        path = self.home / f"{node.name}.yml"
        path.write_text(yaml.safe_dump(told), encoding="utf-8")
        if self.user:
            for made in (folder, path):
                os.chown(made, *self.user)
        path.chmod(0o600)

    def start(self) -> None:
        """etcd, then both nodes, until one is primary and the other its synchronous standby."""
        here, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{free_port()}"
        words = [
            "--name=one",
            f"--data-dir={self.home / 'etcd'}",
            f"--listen-client-urls={here}",
            f"--listen-peer-urls={peer}",
        ]
        words += [f"--advertise-client-urls={here}", f"--initial-advertise-peer-urls={peer}"]
        words += [f"--initial-cluster=one={peer}", "--unsafe-no-fsync"]
        self.etcd = self._run("etcd", [str(ETCD), *words])
        for node in self.nodes:
            self.start_node(node)
        until(lambda: any(node.is_primary() for node in self.nodes), 90, f"a first primary\n{self.log()}")
        until(self.is_in_sync, 90, f"a synchronous standby\n{self.log()}")

    def start_node(self, node: Node) -> None:
        command = [str(PATRONI / "bin" / "python"), "-m", "patroni", str(self.home / f"{node.name}.yml")]
        node.process = self._run(node.name, command)

    def _run(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": str(self.home)}
        if self.user:  # PostgreSQL refuses root; the project may lie in a folder that only root can walk
            ids = [f"--reuid={self.user[0]}", f"--regid={self.user[1]}", "--clear-groups"]
            command = ["setpriv", *ids, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", *command]
        with (self.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ, cwd="/"
            )

    def primary(self) -> Node:
        return next(node for node in self.nodes if node.is_primary())

    def is_in_sync(self) -> bool:
        """Whether a node is the synchronous standby for Patroni, which promotes no other, and streams for the primary."""
        members = next((said["members"] for node in self.nodes if (said := node.asked("/cluster"))), [])
        chosen = [one["name"] for one in members if one["role"] in ("sync_standby", "quorum_standby")]
        with suppress(psycopg.Error), psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            query = "select application_name from pg_stat_replication where state = 'streaming' and sync_state in ('sync', 'quorum')"
            return bool({name for (name,) in admin.execute(query).fetchall()} & {*chosen})
        return False

    def url(self, dbname: str) -> str:
        """The address of the cluster: both hosts, whichever may be written to."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql://{ADMIN}:{PASSWORD}@{hosts}/{dbname}?target_session_attrs=read-write&connect_timeout=3"

    def dsn(self, user: str = ADMIN, dbname: str = "postgres") -> str:
        """The primary's own address, as an embedded server would say it (tests/failure/conftest.py copies by it)."""
        return f"postgresql://{ADMIN}:{PASSWORD}@127.0.0.1:{self.primary().port}/{dbname}"

    def log(self) -> str:
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in self.home.glob("*.log")
        )

    def stop(self) -> None:
        """Ends everything, and looks that nothing is left."""
        for node in self.nodes:
            node.kill()
        if self.etcd is not None:
            self.etcd.kill()
            self.etcd.wait(20)
        left = [process for node in self.nodes for process in node.processes()]
        shutil.rmtree(self.home, ignore_errors=True)
        assert left == [], left

"""What deploy/ names is there: commands, settings, files, ports, units. Nothing has a default secret or a door too many."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lianglin.project import cli, environment, working
from lianglin.project.attach import ARCHIVING

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {
    name: service
    for name, service in SERVICES.items()
    if service["image"] == "lianglin" and name != "prepare"
}
KEYS = {
    *(
        [
            "blkio_config",
            "build",
            "cap_add",
            "cap_drop",
            "command",
            "depends_on",
            "deploy",
            "entrypoint",
            "env_file",
            "environment",
            "healthcheck",
        ]
    ),
    *(
        [
            "image",
            "logging",
            "network_mode",
            "networks",
            "ports",
            "profiles",
            "read_only",
            "restart",
            "secrets",
            "security_opt",
            "shm_size",
        ]
    ),
    *(["stop_grace_period", "tmpfs", "user", "volumes"]),
}
"""The words of the Compose Specification that the file uses; a mistyped one would be ignored by some programs."""
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "User": "lianglin",
}


def known(name: str) -> bool:
    return name.removesuffix("_FILE") in {row.name for row in environment.table().values()}


def parses(words: list[str]) -> None:
    """A command of ours that the command line takes."""
    cli.parser().parse_args([word.replace("%i", "events") for word in words])


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_there_is_with_settings_that_there_are(name: str) -> None:
    service = OURS[name]
    parses([*service.get("entrypoint", ["lianglin"])[1:], *service["command"]])
    assert [one for one in service["environment"] if not known(one)] == []
    paths = {f"/run/secrets/{secret}" for secret in service["secrets"]}
    named = {value for key, value in service["environment"].items() if key.endswith("_FILE")}
    assert named == paths, "each secret that is given is read, each that is read is given"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_nothing_too_much(name: str) -> None:
    service = SERVICES[name]
    assert set(service) <= KEYS, set(service) - KEYS
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= set(limits)
    assert "ports" not in service or name == "proxy", "only the proxy is reached from outside"
    for wanted in service.get("depends_on", {}):
        assert wanted in SERVICES
    assert {*service.get("networks", [])} <= {*COMPOSE["networks"]}
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], volume
    for file in service.get("env_file", []):
        assert (DEPLOY / file).exists()


def test_the_database_is_reached_from_inside_alone() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["database"]["networks"] == ["inside"]


def test_secrets_are_files_that_nobody_ships() -> None:
    assert {secret for service in SERVICES.values() for secret in service.get("secrets", [])} == set(
        COMPOSE["secrets"]
    )
    assert all(row == {"file": f"secrets/{name}"} for name, row in COMPOSE["secrets"].items())
    assert (
        not (DEPLOY / "secrets").exists()
        or subprocess.run(
            ["git", "ls-files", "--error-unmatch", "deploy/secrets"], cwd=DEPLOY.parent, capture_output=True
        ).returncode
    )
    secret = {row.name for row in environment.table().values() if row.secret}
    for path in (DEPLOY / "city.env", DEPLOY / "systemd" / "lianglin.env"):
        given = dict(
            line.split("=", 1) for line in path.read_text("utf-8").splitlines() if line[:1] not in "#"
        )
        assert [name for name in given if not known(name)] == [], path
        assert secret.isdisjoint(given), path


def test_the_proxy_leads_to_the_port_of_the_web() -> None:
    caddy = (DEPLOY / "proxy" / "Caddyfile").read_text("utf-8")
    port = SERVICES["web"]["environment"]["PORT"]
    assert f"web:{port}" in caddy
    assert f"127.0.0.1:{port}/healthz" in SERVICES["web"]["healthcheck"]["test"][-1]
    assert caddy.count("{") == caddy.count("}")


def test_the_proxy_writes_down_nobody() -> None:
    """Its only logger, which writes what was answered as well as what failed, leaves out who asked for what."""
    caddy = (DEPLOY / "proxy" / "Caddyfile").read_text("utf-8")
    before, default, after = caddy.partition("log default {")
    assert default
    left_out = set(re.findall(r"request>(\w+) delete", after))
    assert {"remote_ip", "remote_port", "client_ip", "uri", "headers"} <= left_out
    assert re.findall(r"^\s*log\b.*$", before + after, re.MULTILINE) == ["\tlog"]


def sections(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and line[:1] not in "#[")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_that_there_is_and_can_do_little_else(path: Path) -> None:
    given = sections(path)
    program, *words = shlex.split(given["ExecStart"])
    assert program == "/opt/lianglin/current/bin/lianglin"
    parses(words)
    assert {name: given.get(name) for name in HARDENED} == HARDENED
    for name in ("OnSuccess", "Before"):
        if name in given:
            assert (DEPLOY / "systemd" / given[name]).exists()


def test_every_queue_has_a_worker() -> None:
    """A queue that no process works on would grow unseen. Nothing of ours waits in Procrastinate's own two."""
    wanted = set(working.queues()) - {"builtin", "default"}
    commands = [OURS[name]["command"] for name in OURS if OURS[name]["command"][:1] == ["worker"]]
    composed = {queue for _worker, queues in commands for queue in queues.partition("=")[2].split(",")}
    text = (DEPLOY.parent / "docs" / "how-to" / "deploy.md").read_text("utf-8")
    assert composed == set(re.findall(r"lianglin-worker@(\w+)", text)) == wanted


def test_every_timer_has_its_service_and_every_backup_service_its_reason_to_run() -> None:
    timers = {path.stem for path in (DEPLOY / "systemd").glob("*.timer")}
    services = {path.stem for path in UNITS}
    assert timers <= services
    called = {
        given["OnSuccess"].removesuffix(".service")
        for path in UNITS
        if "OnSuccess" in (given := sections(path))
    }
    assert {name for name in services if "backup" in name} <= timers | called


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return  # the form was looked at above; Debian and its like have it
    files = []
    for path in sorted((DEPLOY / "systemd").glob("lianglin-*")):
        if path.suffix in (".service", ".timer"):
            text = path.read_text("utf-8").replace("/opt/lianglin/current/bin/lianglin", "/bin/true")
            name = path.name.replace("@", "@8000")
            (tmp_path / name).write_text(text.replace("User=lianglin\nGroup=lianglin\n", ""))
            files.append(str(tmp_path / name))
    said = subprocess.run([analyze, "verify", "--man=no", *files], capture_output=True, text=True, timeout=60)
    ours = [line for line in said.stderr.splitlines() if "lianglin" in line]
    assert ours == [], ours


def settings_of(text: str) -> dict[str, str]:
    found = re.findall(r"^(\w+) = ('(?:[^']|'')*'|[^#\n]+)", text, re.MULTILINE)
    return {name: value.strip().strip("'") for name, value in found}


def test_postgresql_is_told_what_backups_and_privacy_need() -> None:
    own = settings_of((DEPLOY / "postgres" / "postgresql.conf").read_text("utf-8"))
    patroni = yaml.safe_load((DEPLOY / "patroni" / "node.yml").read_text("utf-8"))
    cluster = patroni["bootstrap"]["dcs"]["postgresql"]["parameters"]
    for given in (own, cluster):
        told = {
            name: str(given[name])
            for name in ("summarize_wal", "archive_mode", "log_statement", "log_error_verbosity")
        }
        assert list(told.values()) == ["on", "on", "none", "terse"]
        assert str(given["archive_timeout"]) == ARCHIVING["archive_timeout"]
    parses(shlex.split(cluster["archive_command"])[1:])
    outbox = SERVICES["database"]["volumes"][-1].split(":")[1]
    assert outbox in own["archive_command"]
    assert patroni["bootstrap"]["dcs"]["synchronous_mode_strict"] is True
    assert patroni["restapi"]["authentication"]["password"], "settings are commands: nobody sets them unnamed"


OWN = settings_of((DEPLOY / "postgres" / "postgresql.conf").read_text("utf-8"))["archive_command"]


@pytest.mark.parametrize(
    ("command", "mode"),
    [(ARCHIVING["archive_command"], 0o600), (OWN, 0o640)],
    ids=["embedded", "own"],
)
def test_the_outbox_takes_a_file_whole_and_never_over_another(
    tmp_path: Path, command: str, mode: int
) -> None:
    """The archive command, run as PostgreSQL does: in the cluster's folder. A server of one's own lets its group read."""
    cluster, outbox = tmp_path / "cluster", tmp_path / "outbox"
    (cluster / "pg_wal").mkdir(parents=True)
    if "/var/lib/lianglin-outbox" in command:
        outbox.mkdir()
    name = "000000010000000000000001"
    log = cluster / "pg_wal" / name
    log.write_bytes(b"one")
    log.chmod(0o600)
    command = command.replace("/var/lib/lianglin-outbox", str(outbox))
    command = command.replace("%p", f"pg_wal/{name}").replace("%f", name)
    assert subprocess.run(["sh", "-c", command], cwd=cluster).returncode == 0
    assert [path.name for path in outbox.iterdir()] == [name]
    assert (outbox / name).stat().st_mode & 0o777 == mode
    log.write_bytes(b"two")
    assert subprocess.run(["sh", "-c", command], cwd=cluster).returncode != 0
    assert (outbox / name).read_bytes() == b"one"

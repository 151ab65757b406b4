"""What backups cost: a full and an incremental one, a restore, a verification; beside pg_dump and pg_restore of the same rows.

Run: ``.venv/bin/python -m bench.backup [--residents N]`` (50,000 by default, about 500 bytes each with its indexes). Prints
one JSON object as its last line. Between full and increment one resident in fifty is changed. Ours compresses (zlib 1),
encrypts and records figures of every table; verifying restores, starts, reads and compares. pg_dump -Fc compresses alone,
and takes no attachments, no roles and no increments. ``mb_per_s`` count the server's bytes before compression. Rows are the
same in every run (seeded). A server and a folder of its own; stops by itself.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.machine import yardstick_ms

FILL = """
    insert into people_resident (scope_code, name, sex, phone, phone_match, id_number, id_match, sample)
    select '2301020' || lpad((n %% 90 + 1)::text, 2, '0') || lpad((n %% 12 + 1)::text, 3, '0'), '居民' || n, (n %% 2 + 1)::text,
           decode(md5('p' || n) || md5('q' || n), 'hex'), decode(md5('m' || n) || md5('n' || n), 'hex'),
           decode(md5('i' || n) || md5('j' || n), 'hex'), decode(md5('k' || n) || md5('l' || n), 'hex'), true
    from generate_series(1, %s) n
"""
MB = 1024**2


def main() -> None:
    """Starts the measured process with settings of its own and passes its line on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=50_000)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen.residents)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-backup-", dir="/tmp") as home:
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LIANGLIN_")},
            "LIANGLIN_DATA": f"{home}/data",
            "LIANGLIN_BACKUPS": f"{home}/shelf",
            "LIANGLIN_BACKUP_KEYS": "1:" + base64.b64encode(b"k" * 32).decode(),
            "LIANGLIN_DEMO": "1",
            "LIANGLIN_DATABASE_ROLE": "owner",
        }
        command = [sys.executable, "-m", "bench.backup", "--inside", "--residents", str(chosen.residents)]
        ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        print(ran.stdout.strip().splitlines()[-1])


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it returned, and the seconds it took."""
    begun = time.perf_counter()
    found = work()
    return found, time.perf_counter() - begun


def measure(residents: int) -> dict[str, object]:
    """Fills a database, then measures each in turn."""
    from lianglin.project import attach, database, environment
    from lianglin.project.backups import ledger, making, restoring, verifying
    from lianglin.project.backups.shelf import Shelf

    env = environment.current()
    assert env.backups is not None
    shelf = Shelf(env.backups, env.backup_keys)
    with attach.running(env):
        attach.migrate(env)
        with attach.connect(env, database.NAME) as admin:
            admin.execute(FILL, [residents])
            admin.execute("vacuum analyze")
            row = admin.execute("select pg_database_size(current_database())").fetchone()
        full, full_s = timed(lambda: making.create(env, shelf, incremental=False))
        with attach.connect(env, database.NAME) as admin:
            admin.execute("update people_resident set name = name || '改' where id % 50 = 0")
        more, more_s = timed(lambda: making.create(env, shelf, incremental=True))
        peer = _peer(env)
        ledger.export(shelf)
    _report, verify_s = timed(lambda: verifying.verify(env, shelf, more.label))
    into = env.data.parent / "restored"
    _backup, restore_s = timed(lambda: restoring.restore(shelf, more.label, into, None))
    shutil.rmtree(into)
    return {
        "residents": residents,
        "database_mb": round((row or (0,))[0] / MB, 1),
        "full_s": round(full_s, 2),
        "full_mb_per_s": round(full.plain / MB / full_s, 1),
        "full_mb": round(full.size / MB, 1),
        "incremental_s": round(more_s, 2),
        "incremental_mb": round(more.size / MB, 1),
        "restore_s": round(restore_s, 2),
        "compare_s": round(verify_s, 2),
        **peer,
        "yardstick_ms": yardstick_ms(),
    }


def _peer(env: Any) -> dict[str, object]:
    """pg_dump -Fc and pg_restore of the same database, into another one of the same server."""
    from lianglin.project import attach, binaries, database

    programs, dump = binaries.find_programs(), Path(env.data) / "peer.dump"

    def run(program: str, *words: str) -> None:
        subprocess.run([str(programs / program), *words], check=True, stdout=subprocess.DEVNULL)

    _done, dump_s = timed(lambda: run("pg_dump", "-Fc", f"--file={dump}", database.admin_dsn(env)))
    with attach.connect(env, "postgres") as admin:
        admin.execute("create database peer template template0")
    _done, load_s = timed(lambda: run("pg_restore", f"--dbname={database.admin_dsn(env, 'peer')}", str(dump)))
    with attach.connect(env, "postgres") as admin:
        admin.execute("drop database peer with (force)")
    return {
        "peer": "pg_dump -Fc, pg_restore",
        "peer_full_s": round(dump_s, 2),
        "peer_mb": round(dump.stat().st_size / MB, 1),
        "peer_restore_s": round(load_s, 2),
    }


if __name__ == "__main__":
    main()

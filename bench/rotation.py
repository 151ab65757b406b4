"""What changing a key costs while the city works: values encrypted anew a second, and what requests feel of it.

Run: ``.venv/bin/python -m bench.rotation [--rows N]`` (1,000,000 residents by default; each has a phone and an ID number
under key 1, and key 2 is the newest). Prints one JSON object as its last line. The rotation is the worker's own code, in
a process of its own, as the role that may reach the declared columns alone; the requests open persons' files, which
decrypts them. A server and a folder of its own; stops by itself.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time

from bench.machine import yardstick_ms

QUIET = 300
"""Requests measured before the rotation begins."""
VALUES = 2
"""Encrypted values of each resident."""


def main() -> None:
    """Starts the measured process with settings of its own and passes its line on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--rotate", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.rotate:
        print(json.dumps(rotate()))
    elif chosen.inside:
        print(json.dumps(measure(chosen.rows)))
    else:
        with tempfile.TemporaryDirectory(prefix="bench-rotation-") as data:
            keys = [base64.b64encode(secrets.token_bytes(32)).decode() for _n in range(2)]
            environ = {
                **os.environ,
                "LIANGLIN_DATA": data,
                "LIANGLIN_DEMO": "1",
                "LIANGLIN_DATABASE_ROLE": "owner",
                "LIANGLIN_FIELD_KEYS": f"1:{keys[0]},2:{keys[1]}",
                "LIANGLIN_ALLOWED_HOSTS": "testserver,localhost",
            }
            command = [sys.executable, "-m", "bench.rotation", "--inside", "--rows", str(chosen.rows)]
            ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
            print(ran.stdout.strip().splitlines()[-1])


def rotate() -> dict[str, float]:
    """The worker's part, in its own process: everything to the newest key."""
    from lianglin.project import attach, environment

    with attach.running(environment.current()):
        attach.setup_django()
        from lianglin.access import rotation

        begun = time.perf_counter()
        done = rotation.run(seconds=24 * 3600)
        assert done.finished
        return {"changed": done.changed, "seconds": time.perf_counter() - begun}


def measure(rows: int) -> dict[str, object]:
    """Fills a small city with ``rows`` more residents, asks for files, then asks while the rotation goes on."""
    from django.core.management import call_command

    from lianglin.project import attach, environment

    env = environment.current()
    with attach.running(env):
        attach.migrate(env)
        call_command("collectstatic", interactive=False, verbosity=0)
        browser, first = _city(rows)
        _ask(browser, first, rows, 30)  # warm
        quiet = _ask(browser, first, rows, QUIET)
        command = [sys.executable, "-m", "bench.rotation", "--rotate"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            during: list[float] = []
            while worker.poll() is None:
                during += _ask(browser, first, rows, 5)
            told = json.loads((worker.stdout.read() if worker.stdout else "").strip().splitlines()[-1])
        left = _under_the_old_key()
        assert left == 0, left
        assert told["changed"] >= rows * VALUES
    return {
        "rows": rows,
        "values": told["changed"],
        "rotation_s": round(told["seconds"], 1),
        "values_per_s": round(told["changed"] / told["seconds"]),
        "rows_per_s": round(told["changed"] / VALUES / told["seconds"]),
        "requests_without": len(quiet),
        "p50_ms_without": _at(quiet, 50),
        "p95_ms_without": _at(quiet, 95),
        "requests_during": len(during),
        "p50_ms_during": _at(during, 50),
        "p95_ms_during": _at(during, 95),
        "yardstick_ms": yardstick_ms(),
    }


def _at(times: list[float], percent: int) -> float:
    return round(1000 * statistics.quantiles(times, n=100)[percent - 1], 1)


def _city(rows: int):
    """A worker's browser and the number of the first of the residents, all of one community, under key 1."""
    from django.db import connection
    from tests.world import HERE, WORKER, build

    from lianglin.kit import crypto
    from lianglin.kit.crypto import matcher

    city = build()
    old = crypto._ring()[1]

    def under_old(text: str, column: str) -> str:
        nonce = secrets.token_bytes(12)
        return "\\\\x" + (bytes([1]) + nonce + old.encrypt(nonce, text.encode(), column.encode())).hex()

    phone_match, id_match = matcher("phone"), matcher("id_number")
    with connection.cursor() as cursor:
        with cursor.copy(
            "copy people_resident (scope_code, name, sex, phone, phone_match, id_number, id_match, sample) from stdin"
        ) as copy:
            for n in range(rows):
                phone, number = f"154{n:08d}", f"2301991980{n % 10000:04d}{n % 1000:03d}X"
                cells = (
                    HERE,
                    "单示例",
                    "2",
                    under_old(phone, "people.Resident.phone"),
                    "\\\\x" + phone_match(phone).hex(),
                    under_old(number, "people.Resident.id_number"),
                    "\\\\x" + id_match(number).hex(),
                    "t",
                )
                copy.write("\t".join(cells) + "\n")
        cursor.execute("analyze people_resident")
        cursor.execute("select max(id) - %s + 1 from people_resident", [rows])
        first = cursor.fetchone()[0]
    return city.browser(WORKER), first


def _ask(browser, first: int, rows: int, times: int) -> list[float]:
    """Seconds of each of so many requests for a person's file."""
    taken = []
    for n in range(times):
        person = first + (n * 7919 + len(taken)) % rows
        begun = time.perf_counter()
        answer = browser.get(f"/people/{person}/")
        taken.append(time.perf_counter() - begun)
        assert answer.status_code == 200, answer.status_code
    return taken


def _under_the_old_key() -> int:
    from lianglin.access.rotation import rows_per_key

    return sum(count for _column, number, count in rows_per_key() if number == 1)


if __name__ == "__main__":
    main()

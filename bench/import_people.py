"""What taking in a list of residents costs: looked through, taken in, and taken in a second time.

Run: ``.venv/bin/python -m bench.import_people [--rows N]`` (1,000,000 by default; two of them live behind each door of
a thousand communities). Prints one JSON object as its last line. It runs the code of ``lianglin people import``, part
by part in transactions of their own, as the role that may write in the place alone. A server and a folder of its own; stops by itself.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.machine import yardstick_ms

PLACE, COMMUNITIES, SHARE = "230101", 1000, 2
HEADING = ["姓名", "身份证号", "手机号", "性别", "楼栋", "单元", "房号", "与户主关系"]
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴单仇曾解查", "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞"


def main() -> None:
    """Starts the measured process with settings of its own and passes its line on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen.rows)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-import-") as data:
        environ = {
            **os.environ,
            "LIANGLIN_DATA": data,
            "LIANGLIN_DEMO": "1",
            "LIANGLIN_DATABASE_ROLE": "owner",
        }
        command = [sys.executable, "-m", "bench.import_people", "--inside", "--rows", str(chosen.rows)]
        ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        print(ran.stdout.strip().splitlines()[-1])


def measure(rows: int) -> dict[str, object]:
    """Makes the doors and the file, takes the file in twice, and times it."""
    from lianglin.project import attach, environment

    env = environment.current()
    with attach.running(env):
        attach.migrate(env)
        _doors(rows)
        path = env.data / "list.csv"
        _list(path, rows)
        size = path.stat().st_size
        before = _peak()
        check_s, made = _timed(path, check=True)
        assert made == (rows, 0), made
        own, server = time.process_time(), _server_cpu_s()
        take_s, made = _timed(path)
        own, server = time.process_time() - own, _server_cpu_s() - server
        assert made == (rows, 0), made
        again_s, made = _timed(path)
        assert made == (0, rows), made
        found = {
            "persons": _count("people_resident"),
            "keys": _count("people_namekey"),
            "homes": _count("people_membership"),
        }
        assert found["persons"] == found["homes"] == rows
    return {
        "rows": rows,
        "file_mb": round(size / 2**20, 1),
        "check_rows_per_s": round(rows / check_s),
        "take_in_rows_per_s": round(rows / take_s),
        "take_in_cpu_us_per_row": {"python": round(own / rows * 1e6), "postgres": round(server / rows * 1e6)},
        "again_rows_per_s": round(rows / again_s),
        **found,
        "memory_grown_mb": round(_peak() - before),
        "peak_mb": round(_peak()),
        "yardstick_ms": yardstick_ms(),
    }


def _server_cpu_s() -> float:
    """CPU seconds of the server process behind our connection (Linux): other work on the machine does not change them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(path: Path, *, check: bool = False) -> tuple[float, tuple[int, int]]:
    from lianglin.people.tasks import take_file

    begun = time.perf_counter()
    record = take_file(path, PLACE, check=check)
    assert record.state == ("checked" if check else "done"), record.error
    return time.perf_counter() - begun, (record.made, record.same)


DOORS = """
with d as (
    insert into places_division (code, level, name, name_en, scope_code)
    values ('230101001000', 'township', 'x', '', '230101001') returning id
), c as (
    insert into places_community (division_id, kind, scope_code, name, name_en, households, lon, lat, geometry, valid_from, sample, loaded)
    select d.id, 'community', '230101' || lpad((n / 100 + 1)::text, 3, '0') || lpad((n % 100 + 1)::text, 3, '0'), 'x', '', 2000,
        126.6, 45.7, '{{}}', '2024-01-01', true, true
    from d, generate_series(0, {communities} - 1) n returning id, scope_code
), b as (
    insert into places_building (key, community_id, scope_code, address, number, lon, lat, floors, units, doors_per_floor)
    select scope_code, id, scope_code, scope_code || '号楼', 1, 126.6, 45.7, 6, 1, 2 from c returning id, scope_code
), u as (insert into places_unit (building_id, number) select id, 1 from b returning id, building_id)
insert into places_dwelling (unit_id, scope_code, floor, room)
select u.id, b.scope_code, 1, n::text from u join b on b.id = u.building_id, generate_series(1, {rooms}) n
"""


def _doors(rows: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(DOORS.format(communities=COMMUNITIES, rooms=rows // SHARE // COMMUNITIES + 1))
        cursor.execute("analyze")


def _list(path: Path, rows: int) -> None:
    """A made-up list in the order of the doors: county code 230199 and phones 154 belong to nobody."""
    from lianglin.kit.ids import id_check_character

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(HEADING)
        for n in range(rows):
            first = f"230199{1930 + n // 1000 // 336 % 80}{1 + n // 1000 // 28 % 12:02d}{1 + n // 1000 % 28:02d}{n % 1000:03d}"
            name = SURNAMES[n % 15] + GIVEN[n // 15 % 20] + GIVEN[n // 300 % 20]
            door = n // SHARE
            code = f"230101{door % COMMUNITIES // 100 + 1:03d}{door % 100 + 1:03d}"
            sheet.writerow([name, first + id_check_character(first), f"154{n:08d}", "", f"{code}号楼", "1",
                            str(door // COMMUNITIES + 1), "户主" if n % SHARE == 0 else "配偶"])  # fmt: skip


def _count(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return cursor.fetchone()[0]


if __name__ == "__main__":
    main()

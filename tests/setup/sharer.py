"""Holds a share of an embedded server until a line arrives: the other process of test_embedded.py.

Usage: sharer.py DATA [UID]. Prints one JSON line when it has its share, one more when it gave it back.
"""

import json
import os
import sys
import time
from pathlib import Path

import psycopg

from lianglin.project import binaries
from lianglin.project.embedded import Server
from lianglin.project.errors import SetupError


def main() -> None:
    data = Path(sys.argv[1])
    if len(sys.argv) > 2:  # become an ordinary user, who need not be able to read the interpreter's folder
        uid = int(sys.argv[2])
        programs = binaries.find_programs()
        if not binaries.is_reachable(programs, uid):
            programs = binaries.copy_programs(programs)
        binaries.find_programs = lambda: programs
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    began = time.monotonic()
    try:
        server = Server.start(data)
    except SetupError as error:
        print(json.dumps({"error": type(error).__name__, "message": str(error)}), flush=True)
        raise SystemExit(1) from None
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute("select pg_postmaster_start_time()::text").fetchone()
    seconds = time.monotonic() - began
    print(json.dumps({"seconds": seconds, "dsn": server.dsn(), "began": row and row[0]}), flush=True)
    sys.stdin.readline()
    server.stop()
    print(json.dumps({"stopped": True}), flush=True)


main()

"""How fast the machine is while a bench runs: the same figures on another machine, or beside other work, differ.

``yardstick_ms`` is the CPU time of one round of fixed work (JSON, strings, sorting of 50 rows) with every core
busy. On the machine on which the goals were set it takes about 0.13 ms.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import time

ROUNDS = 400
ROWS = [
    {
        "number": f"A2611{n:07d}",
        "title": "楼道灯不亮",
        "place": f"和宁小区{n}号楼",
        "data": {"n": n, "x": [n, n + 1]},
    }
    for n in range(50)
]


def yardstick_ms() -> float:
    """The median over all cores, in milliseconds of CPU time."""
    with multiprocessing.get_context("spawn").Pool(os.cpu_count() or 1) as pool:
        return round(statistics.median(pool.map(_work, range(3 * (os.cpu_count() or 1)), chunksize=1)), 3)


def _work(_round: int) -> float:
    begun = time.process_time()
    for _ in range(ROUNDS):
        back = json.loads(json.dumps(ROWS, ensure_ascii=False))
        "".join(f'<li class="item">{row["number"]} {row["title"]}</li>' for row in back)
        sorted(back, key=lambda row: row["number"][::-1])
    return (time.process_time() - begun) * 1000 / ROUNDS

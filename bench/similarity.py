"""What finding similar appeals costs and finds: at 130,000 and at 1,000,000 appeals, against brute force in the same run.

Run: ``.venv/bin/python -m bench.similarity [--appeals N] [--large N, 0 to skip]``. Prints one JSON object as its last
line. The figures of quality are an **upper bound**: texts come from a grammar, however varied, and only what was
planted counts as true, so real texts are harder. The model is fitted on another city's history that lacks a third of
all phrases; what is measured uses them all.

duplicate_recall: later reports of a matter for which an earlier one is found at 0.7; duplicate_precision: found pairs
that are of one matter, without pairs of one planted problem or outage (neighbours whose one broken main is reported by
each for himself: neither right nor wrong), ``_strict`` with them as errors; ``_offered``: the same at 0.5, where "me
too" is offered; ``_place_known``: the later and an earlier report have their right place. class_recall: planted problems with ten
reports or more in one street that a candidate names (item and street); class_precision: candidates of which half the
reports were planted together (a problem, an event, an outage). check_cpu_ms: one check, text to reasons, in memory.
ratio_vs_bruteforce: its CPU time against TF-IDF rows (CSR) times a dense vector; recall_check and recall_bruteforce: how
often an earlier report of the matter is among the five shown. peak_mb and full_pass_s: a night's pass over everything.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.machine import yardstick_ms
from lianglin.engines import similarity

if TYPE_CHECKING:
    from lianglin.appeals.seed.planted import Planted

SEED = 20
CHECKS = 400
BRUTE = 60


def main() -> None:
    """Runs each stage in a process of its own, so that memory is measured apart, and joins their lines."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--appeals", type=int, default=130_000)
    options.add_argument("--large", type=int, default=1_000_000)
    options.add_argument("--stage", nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.stage:
        stage, folder = chosen.stage
        print(json.dumps(STAGES[stage](Path(folder), chosen.appeals)))
        return
    found: dict[str, Any] = {"appeals": chosen.appeals}
    with tempfile.TemporaryDirectory(prefix="bench-similarity-") as folder:
        for stage in ("make", "fit", "pass", "check"):
            found |= _stage(stage, folder, chosen.appeals)
        if chosen.large:
            _stage("make", folder, chosen.large)
            large = _stage("check", folder, chosen.large)
            found |= {
                f"{name}_1m": large[name] for name in ("check_cpu_ms", "ratio_vs_bruteforce", "recall_check")
            }
            found["appeals_1m"] = large["rows"]
    print(json.dumps(found | {"yardstick_ms": yardstick_ms()}))


def _stage(stage: str, folder: str, appeals: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.similarity", "--appeals", str(appeals), "--stage", stage, folder]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    line = ran.stdout.strip().splitlines()[-1]
    print(f"{stage}: {line}", file=sys.stderr)
    return json.loads(line)


def _make(folder: Path, appeals: int) -> dict[str, Any]:
    from lianglin.appeals.seed import planted as made

    if not (folder / "past.npz").exists():
        made.planted(appeals, SEED, book=made.partly(SEED)).save(folder / "past")
    made.planted(appeals, SEED + 1).save(folder / "now")
    return {}


def _read(path: Path) -> Planted:
    from lianglin.appeals.seed.planted import Planted

    return Planted.load(path)


def _catalogue() -> tuple[list[str], np.ndarray, np.ndarray]:
    from lianglin.appeals.seed.catalogue import items

    classes = sorted({item.category[0] for item in items()})
    class_of = np.array([classes.index(item.category[0]) for item in items()])
    return [item.code for item in items()], class_of, np.array([float(item.radius_m) for item in items()])


def _fit(folder: Path, _appeals: int) -> dict[str, Any]:
    past = _read(folder / "past")
    begun = time.process_time()
    history = similarity.History(
        similarity.bags(past.texts), past.item, past.chosen, past.lon, past.lat, past.community, past.building, past.person,
        past.at, past.matter,
    )  # fmt: skip
    model = similarity.fit_model(history, *_catalogue(), seed=SEED)
    saved = similarity.save(model, folder)
    (folder / "version").write_text(saved.version)
    return {
        "fit_cpu_s": round(time.process_time() - begun, 1),
        "fit_peak_mb": _peak_mb(),
        "fit_figures": model.figures,
    }


def _reports(model: similarity.Model, now: Any, rows: Any = slice(None)) -> similarity.Reports:
    texts = now.texts[rows]
    return similarity.reported(
        model, item=now.chosen[rows], lon=now.lon[rows], lat=now.lat[rows], community=now.community[rows],
        building=now.building[rows], person=now.person[rows], at=now.at[rows], bags=similarity.bags(texts),
    )  # fmt: skip


def _pass(folder: Path, _appeals: int) -> dict[str, Any]:
    """A night's work on the whole history: read everything, compare everything, look for concentrations."""
    now = _read(folder / "now")
    model = similarity.load(folder, (folder / "version").read_text())
    begun = time.perf_counter()
    reports = _reports(model, now)
    index = similarity.Index.of(reports, model.class_of)
    parts = list(similarity.every_pair(model, index))
    i, j, chance = (np.concatenate(part) for part in zip(*parts, strict=True))
    item = np.argmax(reports.reads, axis=1).astype(np.int64)
    found = similarity.concentrations(item, now.community, now.street, now.at, now.person)
    took, peak = time.perf_counter() - begun, _peak_mb()
    known = now.chosen >= 0
    first, third = similarity.top(model, reports.bags, now.item)
    with_choice = float((item == now.item).mean())
    return {
        "rows": len(now.texts),
        "full_pass_s": round(took, 1),
        "peak_mb": peak,
        "top1": round(first, 4),
        "top3": round(third, 4),
        "top1_with_choice": round(with_choice, 4),
        "choice_right": round(float((now.chosen == now.item)[known].mean()), 4),
        **_duplicates(now, i, j, chance),
        **_classes(now, found),
    }


def _duplicates(now: Any, i: np.ndarray, j: np.ndarray, chance: np.ndarray) -> dict[str, Any]:
    first = np.unique(now.matter, return_index=True)[1]
    later = np.setdiff1d(np.nonzero(now.matter >= 0)[0], first)
    right = (now.matter[i] == now.matter[j]) & (now.matter[i] >= 0)
    open_ = ~right & (now.together[i] == now.together[j]) & (now.together[i] >= 0)
    known = np.nonzero(now.place_known & (now.matter >= 0))[0]
    place = np.setdiff1d(known, known[np.unique(now.matter[known], return_index=True)[1]])
    told: dict[str, Any] = {"duplicates": len(later)}
    for least, name in ((similarity.STRONG, ""), (similarity.OFFERED, "_offered")):
        sure = chance >= least
        told[f"duplicate_recall{name}"] = round(float(np.isin(later, i[sure & right]).mean()), 4)
        told[f"duplicate_precision{name}"] = round(float(right[sure & ~open_].mean()), 4)
        told[f"duplicate_precision_strict{name}"] = round(float(right[sure].mean()), 4)
        told[f"duplicate_recall_place_known{name}"] = round(float(np.isin(place, i[sure & right]).mean()), 4)
    return told


def _classes(now: Any, found: list[similarity.Concentration]) -> dict[str, Any]:
    units, count = np.unique(
        np.column_stack([now.problem, now.street])[now.problem >= 0], axis=0, return_counts=True
    )
    planted = {(int(p), int(s)) for (p, s), n in zip(units, count, strict=True) if n >= 10}
    named, right = set(), 0
    for one in found:
        problem = now.problem[one.rows]
        best = int(np.bincount(problem[problem >= 0]).argmax()) if (problem >= 0).any() else -1
        share = float((problem == best).mean()) if best >= 0 else 0.0
        if best >= 0 and now.problem_item[best] == one.item and share >= 0.3:
            named.add((best, one.street))
        right += any(_largest_share(of[one.rows]) >= 0.5 for of in (now.matter, now.together))
    return {
        "classes": len(planted),
        "class_candidates": len(found),
        "class_recall": round(len(named & planted) / max(len(planted), 1), 4),
        "class_precision": round(right / max(len(found), 1), 4),
    }


def _largest_share(number: np.ndarray) -> float:
    """Of some rows the share of those that have the most frequent number from 0 up."""
    given = number[number >= 0]
    return float(np.unique(given, return_counts=True)[1].max() / len(number)) if len(given) else 0.0


def _check(folder: Path, _appeals: int) -> dict[str, Any]:
    """Single checks, as somebody types, and brute force for some of the same texts."""
    now = _read(folder / "now")
    model = similarity.load(folder, (folder / "version").read_text())
    reports = _reports(model, now)
    index = similarity.Index.of(reports, model.class_of)
    first = np.unique(now.matter, return_index=True)[1]
    later = np.setdiff1d(np.nonzero(now.matter >= 0)[0], first)
    asked = np.random.default_rng(SEED).choice(later, CHECKS, replace=False)
    ours, hits = [], {}
    for row in asked.tolist():
        begun = time.process_time()
        shown = _one(model, index, now, row)
        ours.append(time.process_time() - begun)
        hits[row] = any(now.matter[match.row] == now.matter[row] for match in shown)
    taken, brute = _brute(model, reports, now, asked[:BRUTE].tolist())
    mine = statistics.median(ours)
    return {
        "rows": len(now.texts),
        "check_cpu_ms": round(mine * 1000, 2),
        "check_cpu_p95_ms": round(float(np.quantile(ours, 0.95)) * 1000, 2),
        "bruteforce_cpu_ms": round(taken * 1000, 1),
        "ratio_vs_bruteforce": round(taken / mine, 1),
        "recall_check": round(sum(hits[row] for row in asked[:BRUTE].tolist()) / BRUTE, 3),
        "recall_bruteforce": round(brute, 3),
    }


def _one(model: similarity.Model, index: similarity.Index, now: Any, row: int) -> list[similarity.Match]:
    asked = _reports(model, now, slice(row, row + 1))
    _number, rows = index.earlier(asked, model.class_of)
    return similarity.matches(model, now.texts[row], asked, index.rows, rows)


def _brute(
    model: similarity.Model, reports: similarity.Reports, now: Any, asked: list[int]
) -> tuple[float, float]:
    """(median CPU seconds, share with an earlier report of the matter among the five nearest): all texts, by cosine."""
    from scipy import sparse

    idf = np.asarray(model.reader.idf)
    value = idf[reports.bags.gram] / np.repeat(
        np.maximum(model.reader.lengths(reports.bags), 1e-9), np.diff(reports.bags.start)
    )
    shape = (len(reports), len(idf))
    rows = sparse.csr_matrix(
        (value.astype(np.float32), reports.bags.gram.astype(np.int32), reports.bags.start), shape=shape
    )
    taken, hit = [], 0
    for row in asked:
        begun = time.process_time()
        dense = np.zeros(len(idf), np.float32)
        bag = similarity.bags([now.texts[row]])
        dense[bag.gram] = idf[bag.gram]
        cosines = rows @ dense
        cosines[row:] = -1  # only what came before
        best = np.argpartition(-cosines, 5)[:5]
        taken.append(time.process_time() - begun)
        hit += bool((now.matter[best] == now.matter[row]).any())
    return statistics.median(taken), hit / len(asked)


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


STAGES = {"make": _make, "fit": _fit, "pass": _pass, "check": _check}

if __name__ == "__main__":
    main()

"""What finding similar appeals costs and finds: at 130,000 and at 1,000,000 appeals, against brute force in the same run.

Run: ``.venv/bin/python -m bench.similarity [--appeals N] [--large N, 0 to skip] [--seed N]``. Prints one JSON object as
its last line. The figures of quality are an **upper bound**: texts come from a grammar, however varied, and only what
was planted counts as true, so real texts are harder. The model is fitted on another city's history that lacks a third
of all phrases; what is measured uses them all. It was developed on the seeds 500, 510 and 520 (each with its follower
for the city that is measured); SEED was looked at by nobody while anything could still be changed for it.

duplicate_recall: later reports of a matter for which an earlier one is found at 0.7; duplicate_precision: found pairs
that are of one matter; ``_without_open``: the same without pairs of one planted problem or outage (neighbours whose one
broken main is reported by each for himself); ``_offered``: at 0.5, where "me too" is offered; ``_place_known``: of those
later reports of which the place is right and that of an earlier one, too. A matter is one event, a person's repeats, and
reports of one item from one building in six days; ``_told``: only what was planted as one event or repeat.
class_recall: planted problems with ten reports or more in one street that a candidate names (item and street);
class_precision: candidates of which half the reports were planted as one problem, event or outage.

check_cpu_ms: one check as the application makes it while somebody reports (text to shown matters), client and database
together, by process accounting, median; check_desk_cpu_ms: on a case's page; engine_cpu_ms: in memory, without a
database; ``_1m``: the database with seven more cities of the same appeals beside, in memory one city of a million.
ratio_vs_bruteforce: against TF-IDF rows of all appeals (CSR) times a dense vector, in memory, without any database,
kept to what is of the last 90 days and near or of the same person, as the check itself is; ``_slice``: when brute force
multiplies only the rows of the last 90 days; ``_in_memory``: against engine_cpu_ms. recall_check, recall_bruteforce: how
often an earlier report of the matter is among the five shown. peak_mb and full_pass_s: a night's pass over everything,
CPU.
"""

from __future__ import annotations

import argparse
import json
import os
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

SEED = 7301
CHECKS = 400
BRUTE = 60
WITHIN_DAYS, WITHIN_METRES = 90.0, 265.0


def main() -> None:
    """Runs each stage in a process of its own, so that memory is measured apart, and joins their lines."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--appeals", type=int, default=130_000)
    options.add_argument("--large", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--more", type=int, default=0, help=argparse.SUPPRESS)
    options.add_argument("--stage", nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.stage:
        stage, folder = chosen.stage
        number = chosen.more or chosen.appeals
        print(json.dumps(STAGES[stage](Path(folder), number, chosen.seed)))
        return
    found: dict[str, Any] = {"appeals": chosen.appeals, "seed": chosen.seed}
    with tempfile.TemporaryDirectory(prefix="bench-similarity-") as folder:
        for stage in ("make", "fit", "pass", "check", "load", "ask"):
            found |= _stage(stage, folder, chosen.appeals, chosen.seed)
        found |= _ratios(found)
        if chosen.large:
            more = round(chosen.large / chosen.appeals) - 1
            large = _stage("multiply", folder, chosen.appeals, chosen.seed, more)
            large |= _stage("ask", folder, chosen.appeals, chosen.seed)
            _stage("make", folder, chosen.large, chosen.seed)
            large |= _stage("check", folder, chosen.large, chosen.seed)
            found |= {f"{name}_1m": value for name, value in (large | _ratios(large)).items()}
    print(json.dumps(found | {"yardstick_ms": yardstick_ms()}))


def _ratios(found: dict[str, Any]) -> dict[str, float]:
    return {
        "ratio_vs_bruteforce": round(found["bruteforce_cpu_ms"] / found["check_cpu_ms"], 1),
        "ratio_vs_bruteforce_slice": round(found["bruteforce_slice_cpu_ms"] / found["check_cpu_ms"], 1),
        "ratio_vs_bruteforce_in_memory": round(found["bruteforce_cpu_ms"] / found["engine_cpu_ms"], 1),
    }


def _stage(stage: str, folder: str, appeals: int, seed: int, more: int = 0) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.similarity", "--appeals", str(appeals), "--seed", str(seed)]
    command += ["--more", str(more)] if more else []
    environ = {
        **os.environ, "OMP_NUM_THREADS": "1", "LIANGLIN_DATA": f"{folder}/data{appeals}", "LIANGLIN_DEMO": "1",
        **({"LIANGLIN_DATABASE_ROLE": "owner"} if stage in ("load", "multiply") else {}),
    }  # fmt: skip
    ran = subprocess.run(
        [*command, "--stage", stage, folder], stdout=subprocess.PIPE, text=True, check=True, env=environ
    )
    line = ran.stdout.strip().splitlines()[-1]
    print(f"{stage}: {line}", file=sys.stderr)
    return json.loads(line)


def _make(folder: Path, appeals: int, seed: int) -> dict[str, Any]:
    from lianglin.appeals.seed import planted as made

    if not (folder / "past.npz").exists():
        made.planted(appeals, seed, book=made.partly(seed)).save(folder / "past")
    made.planted(appeals, seed + 1).save(folder / "now")
    return {}


def _read(path: Path) -> Planted:
    from lianglin.appeals.seed.planted import Planted

    return Planted.load(path)


def _catalogue() -> tuple[list[str], np.ndarray, np.ndarray]:
    from lianglin.appeals.seed.catalogue import items

    classes = sorted({item.category[0] for item in items()})
    class_of = np.array([classes.index(item.category[0]) for item in items()])
    return [item.code for item in items()], class_of, np.array([float(item.radius_m) for item in items()])


def _names() -> list[str]:
    """What the catalogue calls each item and its class: what any city has, and no phrase of the grammar."""
    from lianglin.appeals.seed.catalogue import items

    return [f"{item.name} {item.category[1]}" for item in items()]


def _fit(folder: Path, _appeals: int, seed: int) -> dict[str, Any]:
    past = _read(folder / "past")
    begun = time.process_time()
    history = similarity.History(
        similarity.bags(past.texts), past.item, past.chosen, past.lon, past.lat, past.community, past.building, past.person,
        past.at, past.matter,
    )  # fmt: skip
    model = similarity.fit_model(history, *_catalogue(), names=_names(), seed=seed)
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


def _pass(folder: Path, _appeals: int, _seed: int) -> dict[str, Any]:
    """A night's work on the whole history: read everything, compare everything, look for concentrations."""
    now = _read(folder / "now")
    model = similarity.load(folder, (folder / "version").read_text())
    begun = time.process_time()
    reports = _reports(model, now)
    index = similarity.Index.of(reports, model.class_of)
    parts = list(similarity.every_pair(model, index))
    i, j, chance = (np.concatenate(part) for part in zip(*parts, strict=True))
    item = np.argmax(reports.reads, axis=1).astype(np.int64)
    found = similarity.concentrations(item, now.community, now.street, now.at, now.person)
    took, peak = time.process_time() - begun, _peak_mb()
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
    found: dict[str, Any] = {}
    for matter, suffix in ((now.matter, ""), (now.told, "_told")):
        later = _later(matter, matter >= 0)
        right = (matter[i] == matter[j]) & (matter[i] >= 0)
        open_ = ~right & (now.together[i] == now.together[j]) & (now.together[i] >= 0)
        place = _later(matter, now.place_known & (matter >= 0))
        found[f"duplicates{suffix}"] = len(later)
        for least, name in ((similarity.STRONG, suffix), (similarity.OFFERED, f"{suffix}_offered")):
            sure = chance >= least
            found[f"duplicate_recall{name}"] = round(float(np.isin(later, i[sure & right]).mean()), 4)
            found[f"duplicate_precision{name}"] = round(float(right[sure].mean()), 4)
            found[f"duplicate_precision_without_open{name}"] = round(float(right[sure & ~open_].mean()), 4)
            found[f"duplicate_recall_place_known{name}"] = round(
                float(np.isin(place, i[sure & right]).mean()), 4
            )
    return found


def _later(matter: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Of some reports those before which another of them is of the same matter."""
    rows = np.nonzero(among)[0]
    return np.setdiff1d(rows, rows[np.unique(matter[rows], return_index=True)[1]])


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


def _check(folder: Path, _appeals: int, seed: int) -> dict[str, Any]:
    """Single checks, as somebody types, and brute force for some of the same texts; both in memory."""
    now = _read(folder / "now")
    model = similarity.load(folder, (folder / "version").read_text())
    reports = _reports(model, now)
    index = similarity.Index.of(reports, model.class_of)
    later = _later(now.matter, now.matter >= 0)
    asked = np.random.default_rng(seed).choice(later, CHECKS, replace=False)
    ours, hits = [], []
    for row in asked.tolist():
        begun = time.process_time()
        shown = _one(model, index, now, row)
        ours.append(time.process_time() - begun)
        hits.append(any(now.matter[match.row] == now.matter[row] for match in shown))
    return {
        "rows": len(now.texts),
        "engine_cpu_ms": round(statistics.median(ours) * 1000, 2),
        "recall_check": round(sum(hits[:BRUTE]) / BRUTE, 3),
        **_brute(model, reports, now, asked[:BRUTE].tolist()),
    }


def _one(model: similarity.Model, index: similarity.Index, now: Any, row: int) -> list[similarity.Match]:
    asked = _reports(model, now, slice(row, row + 1))
    _number, rows = index.earlier(asked, model.class_of)
    return similarity.matches(model, now.texts[row], asked, index.rows, rows)


def _brute(
    model: similarity.Model, reports: similarity.Reports, now: Any, asked: list[int]
) -> dict[str, float]:
    """All texts by cosine, then those that are near enough: once over every row, once over the last 90 days' rows."""
    from scipy import sparse

    idf = np.asarray(model.reader.idf)
    length = np.repeat(np.maximum(model.reader.lengths(reports.bags), 1e-9), np.diff(reports.bags.start))
    value = (idf[reports.bags.gram] / length).astype(np.float32)
    rows = sparse.csr_matrix(
        (value, reports.bags.gram.astype(np.int32), reports.bags.start), shape=(len(reports), len(idf))
    )
    taken: dict[str, list[float]] = {"": [], "_slice": []}
    hit = 0
    for row in asked:
        since = int(np.searchsorted(now.at, now.at[row] - WITHIN_DAYS))
        part = rows[since:row]
        for name in taken:
            begun = time.process_time()
            dense = np.zeros(len(idf), np.float32)
            bag = similarity.bags([now.texts[row]])
            dense[bag.gram] = idf[bag.gram]
            cosines = (part @ dense) if name else (rows @ dense)[since:row]
            best = since + _nearest(now, row, since, cosines)
            taken[name].append(time.process_time() - begun)
        hit += bool((now.matter[best] == now.matter[row]).any())
    return {
        **{f"bruteforce{name}_cpu_ms": round(statistics.median(t) * 1000, 1) for name, t in taken.items()},
        "recall_bruteforce": round(hit / len(asked), 3),
    }


def _nearest(now: Any, row: int, since: int, cosines: np.ndarray) -> np.ndarray:
    """The five of the highest cosine that are within reach, or in the community where a place is not known, or the
    same person's.
    """
    some = slice(since, row)
    far = similarity.metres(now.lon[some], now.lat[some], now.lon[row : row + 1], now.lat[row : row + 1])
    near = (far <= WITHIN_METRES) | (np.isnan(far) & (now.community[some] == now.community[row]))
    near |= (now.person[some] == now.person[row]) & (now.person[row] > 0)
    kept = np.nonzero(near)[0]
    return kept[np.argsort(-cosines[kept], kind="stable")[:5]]


def _load(folder: Path, _appeals: int, _seed: int) -> dict[str, Any]:
    """Fills a database with the same appeals."""
    from lianglin.project import attach, environment

    begun, env = time.monotonic(), environment.current()
    with attach.running(env):
        attach.migrate(env)
        from bench import _similar_city

        _similar_city.load(_read(folder / "now"), folder, (folder / "version").read_text())
    return {"load_s": round(time.monotonic() - begun)}


def _multiply(_folder: Path, more: int, _seed: int) -> dict[str, Any]:
    """Puts so many further cities of the same appeals into the database, beside the first."""
    from lianglin.project import attach, environment

    begun = time.monotonic()
    with attach.running(environment.current()):
        attach.setup_django()
        from bench import _similar_city

        rows = _similar_city.multiply(more)
    return {"database_rows": rows, "multiply_s": round(time.monotonic() - begun)}


def _ask(folder: Path, _appeals: int, seed: int) -> dict[str, Any]:
    """Asks the database as the application does, about later reports of the last month."""
    from lianglin.project import attach, environment

    with attach.running(environment.current()):
        attach.setup_django()
        from bench import _similar_city

        now = _read(folder / "now")
        later = _later(now.matter, now.matter >= 0)
        later = later[now.at[later] > now.at.max() - _similar_city.OPEN_DAYS]
        asked = np.random.default_rng(seed).choice(later, min(CHECKS, len(later)), replace=False)
        return _similar_city.measured(now, asked.tolist())


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


STAGES = {
    "make": _make,
    "fit": _fit,
    "pass": _pass,
    "check": _check,
    "load": _load,
    "multiply": _multiply,
    "ask": _ask,
}

if __name__ == "__main__":
    main()

"""Similar reports from beginning to end: fit on a made-up history, keep it, ask it, and look for concentrations.

Run: ``python examples/similarity.py``. Needs numpy and scipy only; every report below is made up.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from lianglin.engines import similarity

CODES = ("leaking roof", "stairwell light", "blocked drain")
WORDS = (
    ("屋面漏雨", "楼顶渗水", "顶层防水坏了，下雨就滴水", "房顶裂缝，雨水顺墙流"),
    ("楼道灯不亮", "走廊照明坏了", "单元门灯一直黑着", "楼梯间感应灯失灵"),
    ("下水堵了", "污水井往外冒", "厨房返水", "管道不通，脏水漫出来"),
)
POLITE = ("您好，{}，请尽快处理。", "{}，望回复。", "反映一下，{}，影响生活。", "{}")
CLASS_OF, REACH = np.array([0, 1, 2]), np.array([150.0, 40.0, 150.0])


def texts(count: int, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Some reports, and the item of each."""
    item = rng.integers(0, len(CODES), count)
    return [str(rng.choice(POLITE)).format(rng.choice(WORDS[k])) for k in item], item


def history(count: int, rng: np.random.Generator) -> similarity.History:
    """Reports, of which half are told by a neighbour, too, and near a quarter somebody reports something else."""
    said, item = texts(count, rng)
    half, quarter = np.arange(count // 2), np.arange(count // 4)
    source = np.concatenate([np.arange(count), half, quarter])
    kind = np.concatenate([item, item[half], (item[quarter] + 1) % len(CODES)])
    matter = np.full(len(source), -1)
    matter[: len(half)] = matter[count : count + len(half)] = half
    lon, lat, at = 126.6 + rng.random(count) * 0.1, 45.7 + rng.random(count) * 0.1, rng.random(count) * 300
    later = np.where(np.arange(len(source)) < count, 0, rng.random(len(source)))
    aside = (rng.random((2, len(source))) - 0.5) * 0.0014 * np.sign(later)
    added = [str(rng.choice(POLITE)).format(rng.choice(WORDS[k])) for k in kind[count:]]
    return similarity.History(
        bags=similarity.bags(said + added),
        item=kind,
        chosen=kind,
        lon=lon[source] + aside[0],
        lat=lat[source] + aside[1],
        community=source % 20,
        building=source,
        person=np.arange(1, len(source) + 1),
        at=at[source] + later * 2,
        matter=matter,
    )


def one_report(model: similarity.Model, text: str, at: float) -> similarity.Reports:
    """A report from one place, as somebody types it."""
    return similarity.reported(
        model,
        item=np.array([similarity.UNKNOWN]),
        lon=np.array([126.65]),
        lat=np.array([45.75]),
        community=np.array([3]),
        building=np.array([12]),
        person=np.array([similarity.NOBODY]),
        at=np.array([at]),
        bags=similarity.bags([text]),
    )


def main() -> None:
    """Fits, keeps, suggests, matches, scans; prints what a person would be shown."""
    rng = np.random.default_rng(1)
    model = similarity.fit_model(history(2000, rng), CODES, CLASS_OF, REACH, names=CODES, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        model = similarity.save(model, Path(folder))
        print("version", model.version, model.figures)
        text = "昨晚下雨，楼顶渗水，卧室墙都湿了"
        for reading in similarity.suggest(model, text, most=2):
            print(f"reads as {CODES[reading.item]}: {reading.chance:.2f}, words {list(reading.words)}")
        earlier = one_report(model, "屋面漏雨，楼顶渗水两天了", at=10.0)
        for match in similarity.matches(model, text, one_report(model, text, 11.3), earlier, np.array([0])):
            words = "、".join(match.shared)
            print(
                f"same matter: {match.chance:.2f}; shared {words}; {match.metres:.0f} m; {match.days:.1f} days"
            )
    item, place = rng.integers(0, 3, 3000), rng.integers(0, 30, 3000)
    at, person = rng.random(3000) * 365, np.arange(1, 3001)
    item[:25], place[:25], at[:25] = (
        2,
        7,
        100 + np.arange(25),
    )  # 25 blocked drains in one community in 25 days
    for found in similarity.concentrations(item, place, place // 5, at, person)[:1]:
        told = f"{found.count} reports by {found.people} people, {found.expected:.1f} expected"
        print(f"{CODES[found.item]} in places {found.places}: {told}")


if __name__ == "__main__":
    main()

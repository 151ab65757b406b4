"""A model fitted on made-up reports of three items, for tests: seconds to fit, the same every time."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import similarity_models
from lianglin.appeals.actions.similarity_models import Fitted
from lianglin.appeals.models import SimilarityModel
from lianglin.appeals.queries import comparing
from lianglin.appeals.queries.model_files import folder
from lianglin.engines import similarity

WORDS = {
    "020601": ["路灯不亮了", "楼道灯坏了", "灯泡坏了黑漆漆", "晚上没有灯光", "照明灯一闪一闪"],
    "020603": ["电梯停了", "电梯卡住不动", "电梯门打不开", "乘梯困在里面", "电梯晃得厉害"],
    "010301": ["拖欠货款", "合同款没有付", "发票开不出来", "营业执照办不下来", "企业补贴没到账"],
}
POLITE = ["您好，{}，请尽快处理，谢谢", "反映{}", "{}，麻烦看看", "居民来电：{}，希望解决"]
"""What the test's reports say: three items that share no word."""


@cache
def history(codes: tuple[str, ...]) -> similarity.History:
    """2,600 reports of these items: 600 told again by a neighbour or the same person, 600 of another matter at the place."""
    rng = np.random.default_rng(5)
    count, half = 1400, 600
    kind = rng.integers(0, len(codes), count)
    again = rng.choice(count, 2 * half, replace=False)
    source = np.concatenate([np.arange(count), again])
    later, other = np.arange(len(source)) >= count, np.arange(len(source)) >= count + half
    kinds = (kind[source] + other * rng.integers(1, len(codes), len(source))) % len(codes)
    said = [str(rng.choice(POLITE)).format(rng.choice(WORDS[codes[k]])) for k in kinds]
    lon, lat = 126.6 + rng.random(count) * 0.2, 45.7 + rng.random(count) * 0.1
    at = rng.random(count) * 365
    aside = (rng.random((2, len(source))) - 0.5) * 0.0006 * later
    person = np.arange(1, len(source) + 1)
    person[count:][::3] = again[::3] + 1
    matter = np.full(len(source), -1)
    matter[again[:half]] = matter[count : count + half] = np.arange(half)
    return similarity.History(
        bags=similarity.bags(said), item=kinds, chosen=kinds, lon=lon[source] + aside[0], lat=lat[source] + aside[1],
        community=source % 20, building=source, person=person, at=at[source] + later * rng.random(len(source)) * 4,
        matter=matter,
    )  # fmt: skip


@cache
def fitted(codes: tuple[str, ...]) -> similarity.Model:
    """The model of these items."""
    return similarity.fit_model(
        history(codes), codes, np.arange(len(codes)), np.array([60.0] * len(codes)), seed=1
    )


@pytest.fixture
def models_here(tmp_path: Path, settings: Any) -> None:
    """The models of this test lie in a folder of its own."""
    settings.DATA = tmp_path
    comparing.forget()


def model_in_force(*codes: str) -> SimilarityModel:
    """Puts the model in force; call it outside of ``acting``, with :func:`models_here`."""
    model = similarity.save(fitted(codes), folder())
    taken = Fitted(
        version=model.version,
        source="sample",
        texts=2600,
        own_texts=0,
        joined=0,
        corrections=0,
        figures=model.figures,
    )
    with acting(job()) as by:
        return similarity_models.take_over(taken, before={}, by=by)

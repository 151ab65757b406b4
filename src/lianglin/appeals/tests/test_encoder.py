"""A city's own encoder: its rows are filled at night, one more thing that is weighed; absent, it is said clearly."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import encoding
from lianglin.appeals.models import SimilarityRow
from lianglin.appeals.queries import comparing, model_files, taught
from lianglin.appeals.tests.scene import Town, build

DIGEST = hashlib.sha256(b"the model").hexdigest()


@pytest.fixture
def town(db: None) -> Town:
    return build()


@pytest.fixture
def encoder(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"the model")
    path.with_name("vocab.txt").write_text("[CLS]\n[SEP]\n[UNK]\n灯\n", encoding="utf-8")
    settings.TEXT_ENCODER = f"{path}#{DIGEST}"
    return path


class Lengths:
    """Encodes a text as its length."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[len(text), 1.0] for text in texts], np.float32)


def test_rows_are_filled_once_and_read_as_one_more_feature(town: Town, encoder: Path) -> None:
    case = town.appeal("楼道灯坏了，晚上黑")
    with acting(job()) as by:
        assert encoding.fill_some(Lengths(), by=by) == 1
        assert encoding.fill_some(Lengths(), by=by) == 0
    town.do("worker", "accept", case)
    with acting(job()) as by:
        known = taught.own_history(by)
    assert known.history.meaning.tolist() == [[9.0, 1.0]]


def test_what_another_encoder_said_counts_for_nothing_and_is_filled_anew(
    town: Town, encoder: Path, settings: Any
) -> None:
    town.appeal("楼道灯坏了，晚上黑")
    with acting(job()) as by:
        encoding.fill_some(Lengths(), by=by)
    settings.TEXT_ENCODER = f"{encoder}#{'0' * 64}"
    kept = bytes(SimilarityRow._base_manager.get().meaning)
    assert comparing.meanings([kept]) is None
    with acting(job()) as by:
        assert encoding.fill_some(Lengths(), by=by) == 1


@pytest.mark.parametrize(
    ("value", "state", "said"),
    [
        ("", "none", "未设置编码器"),
        ("/nowhere/model.onnx#" + DIGEST, "no_file", "找不到编码器文件"),
        ("PATH", "no_digest", "SHA-256"),
        ("PATH#" + DIGEST, "no_package", "未安装 onnxruntime"),
    ],
)
def test_the_page_says_what_is_the_matter(
    town: Town,
    encoder: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    state: str,
    said: str,
) -> None:
    monkeypatch.setattr(model_files, "find_spec", lambda _name: None)
    settings.TEXT_ENCODER = value.replace("PATH", str(encoder))
    assert model_files.encoder_state() == state
    page = town.world.browser("administrator").get(reverse("appeals:similarity"))
    assert said in page.content.decode()


def test_a_file_that_is_not_the_tested_one_is_not_used(town: Town, encoder: Path) -> None:
    encoder.write_bytes(b"another model")
    assert encoding.opened() is None

from __future__ import annotations

import pytest

from lianglin.kit import discovery
from lianglin.kit.domain import Domain, Notice

TEXTS = {"zh-hans": "您的事{number}：{state}。", "en": "Your matter {number}: {state}."}
NOTICE = Notice("test.state", "状态", TEXTS, ("number", "state"))


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Notice:
    """One more manifest, which declares a message."""
    manifests = (*discovery.manifests(), Domain(code="test", label="test", notices=(NOTICE,)))
    monkeypatch.setattr(discovery, "manifests", lambda: manifests)
    return NOTICE

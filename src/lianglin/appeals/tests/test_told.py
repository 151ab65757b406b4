"""Who works on a case sees whether the person was told; the person sees it, too."""

from __future__ import annotations

import pytest
from tests.world import HERE, NEXT_DOOR, WORKER, build, catalogue, resident_browser

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.notices.models import Delivery

pytestmark = pytest.mark.django_db


def test_the_case_page_and_the_persons_page_say_what_became_of_a_message() -> None:
    city, _items = build(), catalogue()
    case = city.report(HERE).case
    with acting(actors.job()):
        Delivery._base_manager.create(
            key="00000000-0000-4000-8000-000000000001", code="appeals.received", channel="sms", scope_code=HERE,
            case_id=case.pk, state="failed", error="no_such_number", created_at=clock.now(), sent_at=clock.now(),
        )  # fmt: skip
    worker = city.browser(WORKER)
    address = f"/appeals/desk/{case.number}/told/"
    assert f'hx-get="{address}"' in worker.get(f"/appeals/desk/{case.number}/").content.decode()
    part = worker.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "运营商反馈该号码为空号。" in part
    assert "<html" not in part
    assert worker.get(address).status_code == 200
    assert city.browser(f"community-{NEXT_DOOR}").get(address).status_code == 404
    mine = resident_browser(case.pk).get("/appeals/mine/").content.decode()
    assert "我们给您发过的消息" in mine
    assert "未送达" in mine

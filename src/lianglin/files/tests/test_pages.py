"""An attachment is served to those who may see it, in a way that no browser can take for a page."""

from __future__ import annotations

import pytest
from django.test import Client

from lianglin.access import actions as access
from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.files import actions, store
from lianglin.files.models import Attachment
from lianglin.files.tests.factories import CASE, HERE, NEXT_DOOR, resident_browser, staff
from lianglin.files.tests.samples import paper, picture, upload

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lianglin.files.tests.urls")]


def attached(data: bytes = b"", name: str = "楼道.jpg", *, public: bool = True) -> Attachment:
    with acting(actors.resident(CASE)) as by:
        return actions.attach(
            case_id=CASE, scope_code=HERE, upload=upload(data or picture(), name), by=by, public=public
        )


def test_the_resident_who_holds_the_case_sees_the_picture() -> None:
    made = attached()
    answer = resident_browser(CASE).get(f"/files/{made.name}/")
    assert answer.status_code == 200
    assert answer.content == store.get(made.name)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''%E6%A5%BC")
    assert not answer.streaming
    small = resident_browser(CASE).get(f"/files/{made.name}/small/")
    assert (small.status_code, small.content) == (200, store.get(made.name, small=True))


def test_a_paper_is_downloaded_and_has_no_small_picture() -> None:
    made = attached(paper(), "证明.pdf")
    answer = resident_browser(CASE).get(f"/files/{made.name}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert resident_browser(CASE).get(f"/files/{made.name}/small/").status_code == 404


def test_others_get_404() -> None:
    made = attached()
    given = staff("unit_handler", kind="bureau")
    worker, neighbour = staff("community_worker", HERE), staff("community_worker", NEXT_DOOR)
    browsers = {
        "public": Client(),
        "another resident": resident_browser(CASE + 1),
        "a bureau without a grant": given.browser,
        "the next community": neighbour.browser,
        "a manager, who may count and not look": staff("manager", kind="city").browser,
    }
    for who, browser in browsers.items():
        for path in (f"/files/{made.name}/", f"/files/{made.name}/small/"):
            assert browser.get(path).status_code == 404, who
    assert worker.browser.get(f"/files/{made.name}/").status_code == 200
    with acting(worker.actor):
        access.give(
            subject="cases.Case",
            subject_id=CASE,
            organisation=given.post.organisation,
            scope_code=HERE,
            reason="t",
            by=worker.actor,
        )
    assert given.browser.get(f"/files/{made.name}/").status_code == 200


def test_what_is_not_public_stays_with_those_who_work_on_the_case() -> None:
    made = attached(public=False)
    assert resident_browser(CASE).get(f"/files/{made.name}/").status_code == 404
    assert staff("community_worker", HERE).browser.get(f"/files/{made.name}/").status_code == 200


def test_a_file_that_was_changed_on_the_disk_is_not_served() -> None:
    made = attached()
    store.path_of(made.name).write_bytes(picture("PNG"))
    assert resident_browser(CASE).get(f"/files/{made.name}/").status_code == 404
    store.remove(made.name)
    assert resident_browser(CASE).get(f"/files/{made.name}/").status_code == 404


@pytest.mark.parametrize("name", ["..", "%2e%2e", "0" * 32, "x" * 300])
def test_names_that_are_none(name: str) -> None:
    assert resident_browser(CASE).get(f"/files/{name}/").status_code == 404


def test_it_is_read_and_nothing_else() -> None:
    assert resident_browser(CASE).post(f"/files/{attached().name}/").status_code == 405

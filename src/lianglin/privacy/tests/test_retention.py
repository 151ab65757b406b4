"""What has run out goes, every night, batch by batch; what has not, stays; the record says how much."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import HERE, SINCE, WORKER, World

from lianglin.access import actor as actors
from lianglin.access import audit
from lianglin.access.actions import log_look
from lianglin.access.models import AccessLog, WorkRun
from lianglin.access.transaction import acting
from lianglin.appeals.models import Appeal, Appellant, CallBack
from lianglin.cases.models import Case, Step
from lianglin.files.models import Attachment
from lianglin.kit import clock, discovery
from lianglin.people.models import Household, Membership, Resident
from lianglin.privacy import rules, tasks
from lianglin.privacy.actions import retaining
from lianglin.privacy.models import RetentionRun
from lianglin.privacy.queries import retention

TODAY = date(2026, 11, 26)


def run(model: str, batch: int = 100) -> RetentionRun:
    rule = retention.rule_of(model)
    assert rule is not None
    with acting(actors.job()) as by:
        begun = retaining.begin(rule=rule, by=by)
        while retaining.go_on(run_id=begun.pk, by=by, batch=batch):
            pass
    return RetentionRun.objects.get(pk=begun.pk)


def died(person: Resident, day: date) -> None:
    Resident._base_manager.filter(pk=person.pk).update(died_on=day)


def test_every_rule_of_the_house_can_be_carried_out(db: None) -> None:
    """Each names a column that exists, and what a tombstone empties may be emptied."""
    for rule in retention.rules():
        with acting(actors.job()) as by:
            assert retention.free(rule, by, clock.today()).count() == 0, rule.model
        assert run(rule.model).state == "done", rule.model


def test_what_is_kept_says_why(db: None) -> None:
    kept = [rule for rule in discovery.each("retention") if rule.method == "keep"]
    assert [rule.model for rule in kept] == [
        "access.AuditEntry",
        "indicators.PublishedRevision",
        "indicators.FigureImport",
        "indicators.ReportLayout",
        "indicators.ReportDesign",
        "indicators.ReportSchedule",
        "indicators.ReportCopy",
        "indicators.Report",
        "notices.WebhookEndpoint",
        "appeals.HotlineOrder",
    ]
    assert all(str(rule.reason) for rule in kept)


def test_who_died_two_years_ago_is_erased_with_the_memberships(city: World, two: Any) -> None:
    today = clock.today()
    died(two[0], today.replace(year=today.year - 2) - timedelta(days=1))
    died(two[1], today.replace(year=today.year - 2) + timedelta(days=1))
    found = run("people.Resident")
    assert (found.due, found.erased, found.held, found.state) == (1, 1, 0, "done")
    assert not Resident._base_manager.filter(pk=two[0].pk).exists()
    assert not Membership._base_manager.filter(resident_id=two[0].pk).exists()
    assert Resident._base_manager.filter(pk=two[1].pk).exists()
    assert found.oldest_left == today.replace(year=today.year - 2) + timedelta(days=1)


def closed_before(city: World, years: float) -> Case:
    case = city.brought_to("closed").case
    long_ago = clock.now() - timedelta(days=int(years * 365.25) + 2)
    Case._base_manager.filter(pk=case.pk).update(closed_at=long_ago)
    Step._base_manager.filter(case_id=case.pk).update(at=long_ago)
    return case


def test_who_complained_goes_after_two_years_and_the_words_after_five(city: World) -> None:
    young, old = closed_before(city, 2.1), closed_before(city, 5.1)
    assert run("appeals.Appellant").erased == 2
    assert run("appeals.Appeal").erased == run("cases.Case").erased == 1
    assert run("appeals.CallBack").state == run("cases.Step").state == "done"
    assert not Appellant._base_manager.exists()
    assert Appeal._base_manager.get(pk=old.pk).text == rules.GONE
    assert Appeal._base_manager.get(pk=young.pk).text != rules.GONE
    assert Case._base_manager.get(pk=old.pk).title == rules.GONE
    assert set(CallBack._base_manager.filter(case_id=old.pk).values_list("grade", "solved", "note")) == {
        (None, "", "")
    }
    assert set(Step._base_manager.filter(case_id=old.pk).values_list("note", flat=True)) == {""}
    assert Step._base_manager.filter(case_id=young.pk).exclude(note="").exists()


def test_looks_go_after_three_years(city: World, two: Any) -> None:
    with acting(city.actors[WORKER]) as by:
        for _twice in range(2):
            log_look(by=by, purpose="handle_case", what="", scope_code=HERE, resident_id=two[0].pk)
    first = AccessLog.objects.order_by("id").first()
    AccessLog.objects.filter(pk=first.pk).update(at=clock.now() - timedelta(days=3 * 366))
    assert run("access.AccessLog").erased == 1
    assert AccessLog.objects.count() == 1


def test_the_audit_stays_whole_after_everything_was_erased(city: World) -> None:
    closed_before(city, 9)
    for rule in retention.rules():
        run(rule.model)
    assert list(audit.verify()) == []


@given(ages=st.lists(st.integers(0, 1600), min_size=2, max_size=2), batch=st.integers(1, 3))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_what_has_run_out_goes(city: World, two: Any, ages: list[int], batch: int) -> None:
    kept = {
        person.pk: (person, clock.today() - timedelta(days=age))
        for person, age in zip(two, ages, strict=True)
    }
    for person, day in kept.values():
        died(person, day)
    limit = rules.before(clock.today(), "P2Y")
    due = {pk for pk, (_person, day) in kept.items() if day < limit}
    found = run("people.Resident", batch=batch)
    left = set(Resident._base_manager.filter(pk__in=kept).values_list("pk", flat=True))
    assert (left, found.erased) == (set(kept) - due, len(due))
    assert run("people.Resident").erased == 0  # a second night finds nothing
    for person, _day in kept.values():
        if person.pk in due:
            person.died_on = None
            person.save(force_insert=True)
            household = Household._base_manager.filter(scope_code=HERE).order_by("pk")[two.index(person)]
            Membership._base_manager.create(
                scope_code=HERE, household=household, resident=person, relation="01", from_on=SINCE
            )
        died(person, None)  # type: ignore[arg-type]


def test_a_run_that_was_killed_goes_on_where_it_stood(city: World, two: Any) -> None:
    for person in two:
        died(person, date(2020, 1, 1))
    rule = retention.rule_of("people.Resident")
    assert rule is not None
    with acting(actors.job()) as by:
        begun = retaining.begin(rule=rule, by=by)
        assert retaining.go_on(run_id=begun.pk, by=by, batch=1)
    with acting(actors.job()) as by:  # the next night, or the retried task
        again = retaining.begin(rule=rule, by=by)
        assert again.pk == begun.pk
        while retaining.go_on(run_id=again.pk, by=by, batch=1):
            pass
    done = RetentionRun.objects.get(pk=begun.pk)
    assert (done.due, done.erased, done.state) == (2, 2, "done")


def test_a_rule_that_fails_says_so_and_keeps_everything(
    city: World, two: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    died(two[0], date(2020, 1, 1))

    def break_down(*_arguments: Any) -> int:
        raise RuntimeError("王甲")

    monkeypatch.setattr(retaining, "delete", break_down)
    found = run("people.Resident")
    assert (found.state, found.error, found.erased) == ("failed", "RuntimeError", 0)
    assert Membership._base_manager.filter(resident=two[0]).exists()


def test_a_night_in_which_a_rule_failed_does_the_others_and_is_no_good_night(
    city: World, two: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    died(two[0], date(2020, 1, 1))
    erase = retaining.delete

    def break_down(rows: Any) -> int:
        if rows.model is Resident:
            raise RuntimeError("王甲")
        return erase(rows)

    monkeypatch.setattr(retaining, "delete", break_down)
    tasks.retain(0)
    failed = RetentionRun.objects.exclude(state="done")
    assert list(failed.values_list("model", "state")) == [("people.Resident", "failed")]
    assert RetentionRun.objects.count() == len(retention.rules())
    assert WorkRun.objects.get(name="privacy_retention").state == "failed"

    monkeypatch.setattr(retaining, "delete", erase)
    tasks.retain(1)
    assert RetentionRun.objects.count() == len(retention.rules()) + 1  # the lost one and nothing else
    assert not Resident._base_manager.filter(pk=two[0].pk).exists()
    assert WorkRun.objects.get(name="privacy_retention").state == "done"


def test_every_night_runs_every_rule(city: World, two: Any) -> None:
    died(two[0], date(2020, 1, 1))
    assert tasks.retain(0) == len(retention.rules())
    assert RetentionRun.objects.count() == len(retention.rules())
    assert not RetentionRun.objects.exclude(state="done").exists()
    assert not Resident._base_manager.filter(pk=two[0].pk).exists()


def test_files_without_a_case_go_too(city: World) -> None:
    assert run("files.Attachment").due == 0
    assert Attachment._base_manager.count() == 0


def test_the_officer_reads_every_run_that_erased_left_or_failed(city: World) -> None:
    now = clock.now()
    common: dict[str, Any] = {"keep": "P2Y", "method": "erase", "started_at": now, "ended_at": now}
    rows: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "people.Resident",
            {"state": "done", "due": 7, "erased": 6, "held": 1, "along": {"people.Consent": 4}},
        ),
        ("people.Merge", {"state": "failed", "error": "DataError"}),
        ("people.Household", {"state": "done"}),
    )
    for model, more in rows:
        RetentionRun.objects.create(model=model, **common, **more)
    page = city.browser("protection_officer").get("/privacy/desk/retention/runs/").content.decode()
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert body.count("<tr>") == 2
    assert "同意 4" in body
    assert "DataError" in body
    assert city.browser(WORKER).get("/privacy/desk/retention/runs/").status_code == 403

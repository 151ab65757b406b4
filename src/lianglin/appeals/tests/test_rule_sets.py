"""Versions of the rules of dispatch: two people, never changed once approved, loud when wrong; the advice and its trial."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from tests.watch import as_administrator
from tests.world import HERE

from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import rule_sets as actions
from lianglin.appeals.actions.rule_sets import Written
from lianglin.appeals.models import DispatchAdvice, DispatchRule, RuleSet
from lianglin.appeals.queries import trial
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case, Step
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period

pytestmark = pytest.mark.rows("R050")
LAMP = [{"on": "item", "in": ["020601"]}]


@pytest.fixture(scope="module")
def built(lasting: None) -> Town:
    made = build()
    second = Account.objects.create_user("street-b", None, name="x", created_at=clock.now())
    first = made.world.posts[f"street-{HERE[:9]}"]
    made.world.posts["street-b"] = Post.objects.create(
        account=second, role_code="street_coordinator", organisation=first.organisation,
        scope_code=HERE[:9], title="二号岗", starts_on=date(2024, 1, 1),
    )  # fmt: skip
    made.world.actors["street-b"] = actor_in(made.world.posts["street-b"])
    return made


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built


def run(town: Town, who: str, verb: str, **given: Any) -> Any:
    code = "street-b" if who == "second" else f"street-{HERE[:9]}"
    with transaction.atomic(), acting(town.world.actors[code]) as actor:
        return getattr(actions, verb)(by=actor, **given)


def written(town: Town, unit: str = "unit", conditions: Any = None, **given: Any) -> Written:
    return Written(
        **{
            "title": "楼道灯", "conditions": LAMP if conditions is None else conditions, "unit": town.unit(unit),
            "co_units": (), "reason": "物业服务合同", **given,
        }
    )  # fmt: skip


def proposed(town: Town, *rules: Written) -> RuleSet:
    made = run(town, "first", "draft", title="第一版")
    for rule in rules or (written(town),):
        run(town, "first", "add_rule", rule_set_id=made.pk, rule=rule)
    return run(town, "first", "propose", rule_set_id=made.pk, in_force_from=clock.today())


def approved(town: Town, *rules: Written) -> RuleSet:
    return run(town, "second", "decide", rule_set_id=proposed(town, *rules).pk, approve=True)


def test_who_proposed_does_not_approve(town: Town) -> None:
    made = proposed(town)
    with pytest.raises(Forbidden):
        run(town, "first", "decide", rule_set_id=made.pk, approve=True)
    assert run(town, "second", "decide", rule_set_id=made.pk, approve=True).state == "approved"


def test_the_database_holds_that_they_are_two(town: Town) -> None:
    made = proposed(town)
    with as_administrator(), pytest.raises(IntegrityError), transaction.atomic():
        RuleSet.objects.filter(pk=made.pk).update(state="approved", decided_by=made.proposed_by_id)


def test_another_streets_rules_are_neither_drawn_up_nor_decided(town: Town) -> None:
    made = proposed(town)
    with acting(town.actor("other_street")) as actor, pytest.raises(Forbidden):
        actions.decide(by=actor, rule_set_id=made.pk, approve=True)


@pytest.mark.parametrize("change", ["add", "change", "remove", "move"])
def test_what_was_approved_is_never_changed(town: Town, change: str) -> None:
    made = approved(town)
    rule = made.rules.get()
    deeds = {
        "add": lambda: run(town, "first", "add_rule", rule_set_id=made.pk, rule=written(town)),
        "change": lambda: run(town, "first", "change_rule", rule_id=rule.pk, rule=written(town)),
        "remove": lambda: run(town, "first", "remove_rule", rule_id=rule.pk),
        "move": lambda: run(town, "first", "move_rule", rule_id=rule.pk, up=True),
    }
    with pytest.raises(Conflict):
        deeds[change]()


@pytest.mark.parametrize("change", ["update", "delete", "insert", "set"])
def test_postgresql_refuses_it_too(town: Town, change: str) -> None:
    made = approved(town)
    rules = DispatchRule.objects.filter(rule_set=made)
    beside = {
        "rule_set": made,
        "scope_code": made.scope_code,
        "position": 9,
        "title": "x",
        "unit": town.unit("unit"),
    }
    deeds = {
        "update": lambda: rules.update(unit=town.unit("other_unit")),
        "delete": rules.delete,
        "insert": lambda: DispatchRule.objects.create(reason="x", **beside),
        "set": lambda: RuleSet.objects.filter(pk=made.pk).update(in_force_from=date(2020, 1, 1)),
    }
    with as_administrator(), pytest.raises(IntegrityError, match="not changed"), transaction.atomic():
        deeds[change]()


def test_an_approved_version_follows_its_place(town: Town) -> None:
    made = approved(town)
    with as_administrator():
        assert DispatchRule.objects.filter(rule_set=made).update(scope_code="230103009") == 1
        assert RuleSet.objects.filter(pk=made.pk).update(scope_code="230103009") == 1


def test_the_next_version_begins_as_a_copy_and_takes_the_place_of_the_first(town: Town) -> None:
    approved(town)
    second = run(town, "first", "draft", title="第二版")
    assert [rule.title for rule in second.rules.all()] == ["楼道灯"]
    held = second.rules.get()
    run(town, "first", "change_rule", rule_id=held.pk, rule=written(town, "other_unit"))
    run(town, "first", "propose", rule_set_id=second.pk, in_force_from=clock.today())
    run(town, "second", "decide", rule_set_id=second.pk, approve=True)
    case = town.brought_to("accepted")
    town.do("street", "dispatch", case, unit=town.unit("unit"))
    assert DispatchAdvice.objects.get(case=case).advised == town.unit("other_unit")


def test_one_draft_at_a_time(town: Town) -> None:
    proposed(town)
    with pytest.raises(Conflict):
        run(town, "second", "draft", title="又一版")


def test_a_refused_version_is_open_to_its_author_again(town: Town) -> None:
    made = proposed(town)
    with pytest.raises(Refused) as said:
        run(town, "second", "decide", rule_set_id=made.pk, approve=False)
    assert said.value.field == "note"
    run(town, "second", "decide", rule_set_id=made.pk, approve=False, note="少了供热")
    run(town, "first", "add_rule", rule_set_id=made.pk, rule=written(town, title="又一条"))
    again = run(town, "second", "propose", rule_set_id=made.pk, in_force_from=clock.today())
    assert (again.state, again.note) == ("waiting", "")


def test_rules_do_not_begin_in_the_past(town: Town) -> None:
    made = run(town, "first", "draft", title="第一版")
    run(town, "first", "add_rule", rule_set_id=made.pk, rule=written(town))
    with pytest.raises(Refused) as said:
        run(town, "first", "propose", rule_set_id=made.pk, in_force_from=clock.today() - timedelta(days=1))
    assert said.value.field == "in_force_from"


@pytest.mark.parametrize(
    "condition",
    [
        {"on": "item", "in": ["999999"]}, {"on": "class", "in": ["9999"]}, {"on": "field", "in": ["99"]},
        {"on": "channel", "in": ["telepathy"]}, {"on": "place", "in": ["230103001999"]}, {"on": "place", "in": ["230104"]},
        {"on": "hours", "from": "25:00", "to": "08:00"},
    ],
)  # fmt: skip
def test_unknown_codes_are_refused_at_entry(town: Town, condition: Any) -> None:
    made = run(town, "first", "draft", title="第一版")
    with pytest.raises(Refused):
        run(town, "first", "add_rule", rule_set_id=made.pk, rule=written(town, conditions=[condition]))


def test_a_unit_that_takes_no_orders_is_refused_at_entry(town: Town) -> None:
    made = run(town, "first", "draft", title="第一版")
    for unit, more in (("street", {}), ("unit", {"co_units": (town.unit("street"),)})):
        with pytest.raises(Refused):
            run(town, "first", "add_rule", rule_set_id=made.pk, rule=written(town, unit, **more))


# --- advice ------------------------------------------------------------------------------------------------


def page(town: Town, case: Case) -> Any:
    return town.client("street").get(reverse("appeals:detail", args=[case.number]))


def test_the_rule_is_suggested_first_with_its_reason(town: Town) -> None:
    nothing = written(town, "unit", [{"on": "item", "in": ["020603"]}], title="电梯")
    approved(town, nothing, written(town, "other_unit"))
    answer = page(town, town.brought_to("accepted"))
    units = answer.context["units"]
    assert units["suggested"][0].unit == town.unit("other_unit")
    assert units["suggested"][1].unit == town.unit("unit")  # the usual owner stays one click away
    text = answer.content.decode()
    assert "规则“楼道灯”：物业服务合同" in text
    assert "电梯: 不符合 事项: 电梯故障" in text
    board = town.client("street").get(reverse("appeals:dispatch_board"))
    assert board.context["rows"][0]["suggestion"].unit == town.unit("other_unit")


@pytest.mark.parametrize(("chosen", "taken"), [("unit", True), ("other_unit", False)])
def test_what_was_advised_is_kept_with_the_order(town: Town, chosen: str, taken: bool) -> None:
    made = approved(town)
    case = town.brought_to("accepted")
    town.do("street", "dispatch", case, unit=town.unit(chosen))
    step = Step._base_manager.get(case=case, move="dispatch")
    rule = made.rules.get()
    assert step.data == {"unit": town.unit(chosen).pk, "rule": rule.pk, "advised": town.unit("unit").pk}
    assert trial.usage([rule]) == {rule.pk: (int(taken), 1)}
    shown = town.client("street").get(reverse("appeals:rule_set", args=[made.pk])).content.decode()
    assert f"建议被采纳{int(taken)}次，共1次" in shown


def test_rules_in_force_from_tomorrow_say_nothing_today(town: Town) -> None:
    made = run(town, "first", "draft", title="第一版")
    run(town, "first", "add_rule", rule_set_id=made.pk, rule=written(town, "other_unit"))
    run(town, "first", "propose", rule_set_id=made.pk, in_force_from=clock.today() + timedelta(days=1))
    run(town, "second", "decide", rule_set_id=made.pk, approve=True)
    assert page(town, town.brought_to("accepted")).context["units"]["advice"] is None


def test_a_rule_that_became_wrong_is_shown_and_never_passed_over(town: Town) -> None:
    approved(town, written(town, "other_unit"), written(town, "unit", title="兜底", conditions=[]))
    with as_administrator():
        Organisation.objects.filter(pk=town.unit("other_unit").pk).update(active=False)
    case = town.brought_to("accepted")
    answer = page(town, case)
    assert answer.context["units"]["advice"]["rule"].title == "楼道灯"
    assert "规则“楼道灯”适用于这件诉求，但须改正" in answer.content.decode()
    assert answer.context["units"]["suggested"][0].reason.startswith("“楼道照明”通常由")
    board = town.client("street").get(reverse("appeals:dispatch_board")).content.decode()
    assert "已失效的派单规则" in board
    town.do("street", "dispatch", case, unit=town.unit("unit"))
    assert not DispatchAdvice.objects.exists()
    with as_administrator():
        Organisation.objects.filter(pk=town.unit("other_unit").pk).update(active=True)


# --- trial -------------------------------------------------------------------------------------------------


def test_a_trial_counts_what_each_rule_would_have_done(town: Town) -> None:
    made = proposed(
        town,
        written(town, "other_unit"),
        written(town, "unit", title="同样的灯"),
        written(town, "unit", [{"on": "season", "from": "06-01", "to": "06-02"}], title="六月"),
    )
    gone = town.brought_to("dispatched")
    town.brought_to("accepted")
    month = Period.month_of(clock.today())
    with acting(town.actor("street")) as actor:
        rules = list(made.rules.select_related("unit", "rule_set").order_by("position"))
        report = trial.report(made, rules, month, actor)
        listed = trial.differences(made, rules, month, actor)
        reached = trial.never_reached(rules)
    first, second, third = (report.tried[rule.pk] for rule in rules)
    assert (report.total, dict(report.counts)) == (2, {"other": 1, "open": 1})
    assert (first.fits, first.takes, report.others[rules[0].pk]) == (2, 2, 1)
    assert (second.shadowed, second.taken_by, third.dead) == (True, {rules[0].pk: 2}, True)
    assert reached == {rules[1].pk: rules[0]}
    assert [one.appeal.pk for one in listed.rows] == [gone.pk]
    assert listed.looked_at == 2


@pytest.mark.parametrize("name", ["rule_set", "rule_trial", "rule_trial_cases", "rule_add"])
def test_the_pages_of_a_version(town: Town, name: str) -> None:
    made = run(town, "first", "draft", title="第一版")
    run(town, "first", "add_rule", rule_set_id=made.pk, rule=written(town))
    for month in ("", "?month=2026-09"):
        answer = town.client("street").get(reverse(f"appeals:{name}", args=[made.pk]) + month)
        assert answer.status_code == 200
    assert town.client("other_street").get(reverse(f"appeals:{name}", args=[made.pk])).status_code == 404
    assert town.client("worker").get(reverse(f"appeals:{name}", args=[made.pk])).status_code == 403


def test_a_month_to_come_is_refused(town: Town) -> None:
    made = run(town, "first", "draft", title="第一版")
    address = reverse("appeals:rule_trial", args=[made.pk])
    assert town.client("street").get(f"{address}?month=2027-01").status_code == 400


def test_a_version_is_drawn_up_and_approved_on_the_pages(town: Town) -> None:
    street = town.client("street")
    begun = street.post(reverse("appeals:rule_sets"), {"title": "冬季"})
    made = RuleSet.objects.get()
    assert begun.url == reverse("appeals:rule_set", args=[made.pk])
    rule = {
        "title": "夜间的灯", "item": ["020601"], "place": HERE, "weekday": ["6", "7"], "hours_from": "20:00",
        "hours_to": "08:00", "season_from": "10-20", "season_to": "04-20", "unit": town.unit("unit").pk,
        "co_units": [town.unit("other_unit").pk], "reason": "值守约定",
    }  # fmt: skip
    assert (
        street.post(reverse("appeals:rule_add", args=[made.pk]), {**rule, "hours_to": ""}).status_code == 422
    )
    assert street.post(reverse("appeals:rule_add", args=[made.pk]), rule).status_code == 303
    held = made.rules.get()
    assert held.conditions == [
        {"on": "item", "in": ["020601"]}, {"on": "place", "in": [HERE]}, {"on": "weekday", "in": [6, 7]},
        {"on": "hours", "from": "20:00", "to": "08:00"}, {"on": "season", "from": "10-20", "to": "04-20"},
    ]  # fmt: skip
    shown = street.get(reverse("appeals:rule", args=[held.pk]))
    assert shown.context["form"].initial["place"] == HERE
    assert (
        street.post(reverse("appeals:rule", args=[held.pk]), {**rule, "title": "夜里的灯"}).status_code == 303
    )
    street.post(
        reverse("appeals:rule_add", args=[made.pk]), {"title": "兜底", "unit": rule["unit"], "reason": "x"}
    )
    street.post(reverse("appeals:rule_arrange", args=[held.pk]), {"do": "down"})
    assert [one.title for one in made.rules.order_by("position")] == ["兜底", "夜里的灯"]
    assert "永不适用" in street.get(reverse("appeals:rule_set", args=[made.pk])).content.decode()
    day = {"do": "propose", "in_force_from": clock.today().isoformat()}
    assert street.post(reverse("appeals:rule_set", args=[made.pk]), day).status_code == 303
    second = town.world.browser("street-b")
    assert second.post(reverse("appeals:rule_set", args=[made.pk]), {"do": "refuse"}).status_code == 422
    assert second.post(reverse("appeals:rule_set", args=[made.pk]), {"do": "approve"}).status_code == 303
    made.refresh_from_db()
    assert made.state == "approved"
    assert street.post(reverse("appeals:rule", args=[held.pk]), rule).status_code == 409

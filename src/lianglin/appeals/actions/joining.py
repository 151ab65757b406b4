"""Several appeals on one matter, and one appeal that holds two.

Merged with an earlier appeal of the *same* appellant, an appeal ends: that person is answered and called back
once. Merged with *another* person's, it goes on as that person's own case: it follows the earlier one, keeps its
own limit, is told the answer and is called back by itself. So every appellant counts exactly once in every
figure, and a merge never lengthens what somebody was promised (decision 0049).
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals import rules
from lianglin.appeals.actions.asking import on_case, order_limit
from lianglin.appeals.actions.opening import keep_representatives
from lianglin.appeals.actions.similarity_rows import write_row
from lianglin.appeals.models import Appeal, Appellant, Item, Representative
from lianglin.cases import actions as cases
from lianglin.cases.models import Case, Step
from lianglin.cases.rules import SUBJECT
from lianglin.kit.errors import Refused
from lianglin.kit.ids import group_case_number


@on_case
def merge(case: Case, *, by: Actor, parent: Case, note: str = "", seen_version: int | None = None) -> Case:
    """Joins an appeal to an earlier one, which is worked on for both.

    Refused: with itself, with one that is merged itself, with one that no longer can lead another person's
    (settled or ended), and for one that leads others.
    """
    same = _of_one_appellant(case, parent, by)
    code = "merge" if same else "join"
    cases.expect(case, code, by=by, seen_version=seen_version)
    if parent.pk == case.pk or parent.state in rules.TOGETHER:
        raise Refused(_("Choose an earlier appeal that is not itself merged."), field="parent")
    if _followers(case, by).exists():
        raise Refused(_("Others are merged into this appeal. Merge the other one into this one instead."))
    if not same and cases.lock(parent.pk, by=by).state not in rules.LEADABLE:
        raise Refused(
            _("That appeal is settled or ended, so it can lead no other. Answer this one by itself."),
            field="parent",
        )
    cases.move(
        case,
        code,
        by=by,
        seen_version=seen_version,
        note=note,
        data={"parent": parent.number},
        limit=None if same else order_limit(case),
        changes={"parent_id": parent.pk},
    )
    _mark_related(parent, by)
    return case


JOIN = "appeals_join_as_asked"
"""The task that joins an appeal to an earlier one: who reports may not see it, the background may."""


def ask_to_join(case: Case, parent_id: int) -> None:
    """Notes, with the appeal itself, that its appellant pressed "me too" on an earlier one."""
    app.configure_task(JOIN, queue="events").defer(case_id=case.pk, parent_id=parent_id)


def join_as_asked(*, case_id: int, parent_id: int, by: Actor) -> bool:
    """Joins an appeal to an earlier one of another person, as its appellant asked; idempotent.

    False, and it goes its own way, where the earlier one leads no more, is the same person's (the dispatcher merges
    those), or somebody has already done something with this one.
    """
    by.require("system")
    case, parent = cases.lock(case_id, by=by), cases.lock(parent_id, by=by)
    move = case.lifecycle.move("join_wish")
    if case.state not in move.sources or parent.state not in rules.LEADABLE or case.pk == parent.pk:
        return False
    if _followers(case, by).exists() or _of_one_appellant(case, parent, by):
        return False
    with together():
        cases.move(
            case,
            "join_wish",
            by=by,
            data={"parent": parent.number},
            limit=order_limit(case),
            changes={"parent_id": parent.pk},
        )
        _mark_related(parent, by)
    return True


@on_case
def unmerge(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """Takes a merged appeal apart again, with a reason, while the earlier one is not settled."""
    cases.expect(case, "unmerge", by=by, seen_version=seen_version)
    if case.parent_id is None or cases.lock(case.parent_id, by=by).settled_at is not None:
        raise Refused(
            _(
                "The earlier appeal is settled and its answer was told. Only the appellant can have this one reopened."
            )
        )
    cases.move(case, "unmerge", by=by, seen_version=seen_version, note=note, changes={"parent_id": None})
    return case


def lead(*, parent_id: int, by: Actor) -> int:
    """Tells the followers of an appeal what became of it; idempotent. Returns how many moved.

    Settled: each gets its answer and outcome and is due for its own call-back. Ended without an answer (refused,
    passed on, withdrawn): each goes on by itself, since each is another person's.
    """
    parent = cases.lock(parent_id, by=by)
    followers = list(
        _followers(parent, by).filter(state="joined").order_by("id").values_list("pk", flat=True)
    )
    if parent.settled_at is not None:
        for case_id in followers:
            _answered_with(case_id, by=by, parent=parent)
    elif parent.lifecycle.state(parent.state).final:
        for case_id in followers:
            cases.move(cases.lock(case_id, by=by), "release", by=by, changes={"parent_id": None})
    else:
        return 0
    return len(followers)


@on_case
def _answered_with(case: Case, *, by: Actor, parent: Case) -> Case:
    cases.move(
        case,
        "follow",
        by=by,
        note=_answer_of(parent, by),
        data={"outcome": parent.outcome, "parent": parent.number},
        changes={"outcome": parent.outcome},
    )
    return case


def _answer_of(parent: Case, by: Actor) -> str:
    """The words the earlier appeal was answered with."""
    steps = Step.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=parent.pk)
    answered = steps.filter(move__in=("answer", "answer_now")).order_by("-seq").first()
    return answered.note if answered else parent.outcome_label


def _followers(case: Case, by: Actor) -> QuerySet[Case]:
    return Case.objects.visible_to(by, purpose=by.work_purpose).filter(
        parent_id=case.pk, state__in=rules.TOGETHER
    )


def _of_one_appellant(case: Case, other: Case, by: Actor) -> bool:
    """Whether both were reported from one telephone; without a number nobody is taken for somebody else."""
    people = Appellant.objects.visible_to(by, purpose=by.work_purpose)
    keys = people.filter(case_id__in=[case.pk, other.pk]).values_list("phone_match", flat=True)
    found = [bytes(key) for key in keys if key is not None]
    return len(found) == 2 and found[0] == found[1]


@on_case
def split(
    case: Case,
    *,
    by: Actor,
    text: str,
    item: Item | None = None,
    seen_version: int | None = None,
) -> cases.Opened:
    """Makes of one appeal with two matters two: the origin stays as it is, the second gets number and clocks.

    The appellant of the origin is the second one's, too. Refused once it is answered, for fewer than five characters.
    """
    by.require("appeals.accept")
    cases.must_be_as_seen(case, seen_version)
    if case.state not in rules.LEADABLE - {"answered"}:
        raise Refused(
            _("It is “%(state)s”: only what is in hand and not answered can be split.")
            % {"state": case.state_label}
        )
    text = text.strip()
    if len(text) < 5:
        raise Refused(_("Say in at least five characters what the second matter is."), field="text")
    own = Appeal.objects.visible_to(by, purpose=by.work_purpose).get(pk=case.pk)
    place = cases.Place(case.community, case.building, case.compound, case.place_text, case.lon, case.lat)
    opened = cases.open_case(
        kind=rules.KIND,
        title=text.splitlines()[0][:30],
        place=place,
        by=by,
        case_id=cases.reserve_id(),
        urgent=bool(item and item.urgent_hours),
        channel=own.channel,
        origin=case,
    )
    phone = _with_the_same_appellant(opened.case, own, text, item, by)
    write_row(opened.case, place, text, item, phone)
    _mark_related(case, by)
    cases.remark(
        case,
        by=by,
        note=_("The second matter has the number %(number)s.")
        % {"number": group_case_number(opened.case.number)},
        data={"part": opened.case.number},
        code="split",
    )
    audit.record(
        "appeals.split", SUBJECT, case.pk, scope_code=case.scope_code, values={"part": opened.case.pk}
    )
    return opened


def _mark_related(case: Case, by: Actor) -> None:
    """Notes that others belong to this case, so that its page looks for them; no page of another case does."""
    Case.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case.pk).update(related=True)


def _with_the_same_appellant(part: Case, own: Appeal, text: str, item: Item | None, by: Actor) -> str:
    """Who reported the first matter reported the second; gives the telephone, or ""."""
    Appeal(
        case=part,
        scope_code=part.scope_code,
        item=item,
        channel=own.channel,
        text=text,
        entity=own.entity,
        headcount=own.headcount,
        channel_note=own.channel_note,
        anonymous=own.anonymous,
        language=own.language,
        opened_at=part.opened_at,
    ).save(force_insert=True)
    person = Appellant.objects.visible_to(by, purpose=by.work_purpose).filter(pk=own.pk).first()
    if person is not None:
        Appellant(
            case=part,
            scope_code=part.scope_code,
            name=person.name,
            phone=person.phone,
            phone_match=person.phone_match,
            entity_name=person.entity_name,
            uscc=person.uscc,
            confidential=person.confidential,
            resident_id=person.resident_id,
        ).save(force_insert=True)
    spoken = Representative.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=own.pk)
    keep_representatives(part, [(one.name, one.phone or "") for one in spoken.order_by("position")])
    return (person.phone or "") if person is not None else ""

"""The catalogue is changed by drafts: written by one keeper, approved by another, in force from a day on.

What was reported keeps the item of its own version, with its words, limits and questions. The background writes the
version (nobody else has the right to), in the transaction of the approval.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.governance.proposals import Proposals
from lianglin.access.transaction import acting, together
from lianglin.appeals.models import (
    Catalogue,
    CatalogueDraft,
    Category,
    Field,
    Item,
    ItemQuestion,
    ItemSuccessor,
)
from lianglin.appeals.queries import catalogue_changes as queries
from lianglin.appeals.rules import catalogue_changes as rules
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict, Refused

DRAW_UP, APPROVE = "appeals.catalogue", "appeals.approve_catalogue"
SUBJECT = "appeals.CatalogueDraft"
DRAFTS = Proposals(
    CatalogueDraft,
    SUBJECT,
    "appeals.catalogue.{verb}",
    DRAW_UP,
    APPROVE,
    also=("in_force_from", "made"),
    approved="publish",
)
State = CatalogueDraft.State


def _words(wrong: rules.Wrong) -> str:
    said = {
        "many": _("A draft has at most 200 changes."),
        "taken": _("The code %(code)s is taken in the version in force."),
        "code": _("A code has six digits; the first four are those of its class."),
        "unknown": _("The version in force has no item %(code)s."),
        "successor": _("What is to stand for %(code)s is not in the next version."),
        "category": _("The code %(code)s and its class do not fit: the first four digits are the class."),
        "questions": _("An item has at most six questions, each with a code of its own."),
    }
    return said[wrong.why] % {"code": wrong.code}


def begin(*, by: Actor, title: str) -> CatalogueDraft:
    """Begins the next version; one draft at a time in the whole city."""
    by.require(DRAW_UP)
    base = queries.in_force()
    if base is None:
        raise Refused(_("There is no catalogue in force."))
    made = CatalogueDraft(base=base, version=_next_version(), title=title.strip(), drafted_at=clock.now())
    try:
        with together():
            made.save(force_insert=True)
            audit.record("appeals.catalogue.draft", SUBJECT, made.pk, scope_code=by.low)
    except IntegrityError as error:
        raise Conflict(_("A draft of the catalogue is open already. Finish that one first.")) from error
    return made


def _next_version() -> str:
    year, number = clock.today().year, 1
    taken = set(Catalogue.objects.values_list("version", flat=True)) | set(
        CatalogueDraft.objects.values_list("version", flat=True)
    )
    while f"{year}.{number}" in taken:
        number += 1
    return f"{year}.{number}"


def put_change(draft_id: int, *, by: Actor, change: Mapping[str, Any]) -> CatalogueDraft:
    """Writes one change into a draft, instead of an earlier one for the same item."""
    by.require(DRAW_UP)
    with together():
        draft = _open(draft_id)
        draft.changes = rules.put(draft.changes, change)
        _check(draft)
        _keep(draft, "put", by)
    return draft


def take_change_out(draft_id: int, *, by: Actor, code: str) -> CatalogueDraft:
    """Takes the change of one item out of a draft."""
    by.require(DRAW_UP)
    with together():
        draft = _open(draft_id)
        draft.changes = [one for one in draft.changes if rules.code_of(one) != code]
        _keep(draft, "take_out", by)
    return draft


def _keep(draft: CatalogueDraft, verb: str, by: Actor) -> None:
    draft.state = State.DRAFT
    draft.save(update_fields=["changes", "state"])
    audit.record(f"appeals.catalogue.{verb}", SUBJECT, draft.pk, scope_code=by.low)


def _check(draft: CatalogueDraft) -> rules.Next:
    try:
        return rules.applied(queries.said_by(draft.base), draft.changes, queries.categories_of(draft.base))
    except rules.Wrong as wrong:
        raise Refused(_words(wrong)) from wrong


def propose(draft_id: int, *, by: Actor, in_force_from: date) -> CatalogueDraft:
    """Puts a draft before the second person, to be in force from a day (tomorrow at the earliest)."""
    by.require(DRAW_UP)
    with together():
        draft = _open(draft_id)
        if not draft.changes:
            raise Refused(_("The draft changes nothing yet."))
        if in_force_from <= clock.today():
            raise Refused(_("A version comes into force tomorrow at the earliest."), field="in_force_from")
        current = queries.in_force()
        if current is None or draft.base_id != current.pk:
            raise Conflict(_("Another version has come into force since. Begin a new draft from it."))
        _check(draft)
        draft.in_force_from = in_force_from
        draft.propose(by)
        draft.save()
        audit.record("appeals.catalogue.propose", SUBJECT, draft.pk, scope_code=by.low)
    return draft


def decide(draft_id: int, *, by: Actor, approve: bool, note: str = "") -> CatalogueDraft:
    """The second person approves a proposed draft, which makes the version, or refuses it with a reason."""
    base = CatalogueDraft.objects.select_related("base")
    draft = DRAFTS.decide(by, approve=approve, note=note, carry_out=_publish, rows=base, pk=draft_id)
    held.forget()
    return draft


def _publish(draft: CatalogueDraft) -> None:
    draft.in_force_from = max(draft.in_force_from or clock.today(), clock.today())
    draft.made = publish(draft)


def publish(draft: CatalogueDraft) -> Catalogue:
    """Writes the version that a draft makes of its base, and where items went."""
    told = _check(draft)
    with acting(job()):
        made = Catalogue(
            version=draft.version, in_force_from=draft.in_force_from or clock.today(), source=draft.title,
            sample=draft.base.sample,
        )  # fmt: skip
        made.save(force_insert=True)
        categories = _copied(draft.base, made)
        items = [
            Item(
                category=categories[said["category"]],
                code=code,
                **{name: _value(name, said) for name in queries.COLUMNS},
            )
            for code, said in told.items.items()
        ]
        Item.objects.bulk_create(items)
        ItemQuestion.objects.bulk_create(
            ItemQuestion(item=item, position=n, **asked)
            for item in items
            for n, asked in enumerate(told.items[item.code]["questions"] or (), start=1)
        )
        ItemSuccessor.objects.bulk_create(
            ItemSuccessor(catalogue=made, old_code=old, new_code=new)
            for old, to in told.successors.items()
            for new in to or [""]
        )
    return made


def _value(name: str, said: Mapping[str, Any]) -> Any:
    value = said.get(name)
    return ("" if value is None else value) if name in ("season", "duty_code", "response_template") else value


def _copied(base: Catalogue, made: Catalogue) -> dict[str, Category]:
    fields = {
        one.code: Field(catalogue=made, code=one.code, name=one.name, name_en=one.name_en)
        for one in base.fields.order_by("code")
    }
    Field.objects.bulk_create(fields.values())
    categories = {
        code: Category(field=fields[one.field.code], code=code, name=one.name, name_en=one.name_en)
        for code, one in queries.categories_of(base).items()
    }
    Category.objects.bulk_create(categories.values())
    return categories


def _locked(draft_id: int) -> CatalogueDraft:
    found = CatalogueDraft.objects.select_for_update(no_key=True, of=("self",)).select_related("base")
    draft = found.filter(pk=draft_id).first()
    if draft is None:
        raise Conflict(_("This draft is not here any more."))
    return draft


def _open(draft_id: int) -> CatalogueDraft:
    draft = _locked(draft_id)
    if draft.state not in (State.DRAFT, State.REFUSED):
        raise Conflict(_("This draft was proposed or decided and is not changed any more."))
    return draft

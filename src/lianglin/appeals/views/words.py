"""An appeal in words: what the page of a case says about codes, dates and steps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianglin.access.actor import PURPOSES
from lianglin.access.models import AccessLog, Organisation, Post
from lianglin.appeals import rules
from lianglin.appeals.models import Item
from lianglin.appeals.queries.provisions import handle_limit, limit_today
from lianglin.appeals.rules import grading, objecting, petition, supervising
from lianglin.cases import queries as cases
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt

TONES = {
    "received": "new",
    "accepted": "new",
    "dispatched": "active",
    "handling": "active",
    "paused": "waiting",
    "joined": "active",
    "answered": "warn",
    "settled": "good",
    "closed": "closed",
    "refused": "closed",
    "redirected": "closed",
    "merged": "closed",
    "withdrawn": "closed",
}
"""Tone of a state's tag."""
WITHOUT_UNIT = frozenset({"received", "accepted"})
"""States in which no unit is in charge, though one may have been before."""
BY_ITSELF = frozenset({"follow", "release", "call_out", "join_wish", "give_back", "lapse"})
"""Steps that nobody makes: they follow from what became of another appeal, or from the rota."""
OF_ANOTHER = frozenset({"join", "join_wish", "follow"})
"""Steps whose particulars name another person's appeal."""
BACKWARD = frozenset({"object", "send_back", "handle_again", "reopen"})
"""Steps that bring an appeal back: drawn apart from the way forward."""


def grouped(number: str) -> str:
    """A number as people read it aloud."""
    return group_case_number(number)


def tone(state: str) -> str:
    """The tone of a state's tag."""
    return TONES.get(state, "plain")


def unit_in_charge(case: Case) -> str:
    """The unit in charge, "" before there is one and while the dispatcher looks for another."""
    return case.owner.label if case.owner and case.state not in WITHOUT_UNIT else ""


def place(case: Case) -> str:
    """Where it lies, in one line: what was said, else the address; then the community."""
    where = case.place_text or (case.building.address if case.building else "")
    return " · ".join(part for part in (where, case.community.label) if part)


def full_place(case: Case) -> str:
    """The same with address and compound, for the page of the case; nothing is said twice."""
    parts = [case.place_text, case.building.address if case.building else ""]
    parts += [
        case.compound.label if case.compound else "",
        case.community.label,
        case.community.division.label,
    ]
    said: list[str] = []
    for part in parts:
        if part and not any(part in earlier for earlier in said):
            said.append(part)
    return " · ".join(said)


def facts(case: Case, first: Step | None = None) -> list[tuple[str, Any]]:
    """The facts of an appeal beside its text; ``first``: the step with which a unit first received it."""
    appeal = case.appeal
    item = appeal.item
    who = _("a business") if appeal.entity else _("a resident")
    if appeal.headcount:
        who = ngettext("%(n)d person together", "%(n)d people together", appeal.headcount) % {
            "n": appeal.headcount
        }
    return [
        (_("Item"), item.label if item else _("not clear yet")),
        (_("Class"), f"{item.category.field.label} · {item.category.label}" if item else ""),
        (_("Place"), full_place(case)),
        (_("Channel"), dict(rules.CHANNELS).get(appeal.channel, appeal.channel)),
        (_("About the way it came"), appeal.channel_note),
        (_("Reported by"), f"{who} · {_('anonymous')}" if appeal.anonymous else who),
        (_("Reported at"), local_dt(case.opened_at)),
        (_("Language"), _("English") if appeal.language == "en" else ""),
        (
            _("First received by"),
            f"{first.organisation.label} · {local_dt(first.at)}" if first and first.organisation else "",
        ),
        (_("Unit in charge"), unit_in_charge(case)),
        (_("Taken on by"), case.assignee.label if case.assignee else ""),
        (_("Outcome"), case.outcome_label),
    ]


def kin(found: cases.Kin) -> list[tuple[str, list[dict[str, Any]]]]:
    """What belongs to an appeal: what each group is to it, and the appeals of the group; empty groups left out."""
    count = len(found.children)
    follow = ngettext(
        "%(n)d appeal follows this one: it is told what is answered here, in these words",
        "%(n)d appeals follow this one: each is told what is answered here, in these words",
        count,
    )
    groups = (
        (_("Handled with this earlier appeal"), [found.parent]),
        (follow % {"n": count}, found.children),
        (_("Split from"), [found.origin]),
        (_("Split off from this one"), found.parts),
    )
    shown = [
        (said, [{"case": case, "number": grouped(case.number)} for case in group if case is not None])
        for said, group in groups
    ]
    return [(said, others) for said, others in shown if others]


def stages(case: Case, found: list[Step]) -> list[dict[str, Any]]:
    """The whole way in one line."""
    return [
        {
            "label": capfirst(phase["label"]),
            "state": "done" if phase["done"] else "now" if phase["current"] else "todo",
        }
        for phase in cases.phases(case, found)
    ]


def steps(case: Case, found: list[Step], *, to_appellant: bool = False) -> list[dict[str, Any]]:
    """The step list: what, when, which unit, the particulars, the words.

    An appellant is not shown the number of another person's appeal.
    """
    ids = {step.data["unit"] for step in found if step.data.get("unit")}
    names = {unit.pk: unit.label for unit in Organisation.objects.filter(pk__in=ids)} if ids else {}
    posts = _posts(found)
    last = found[-1].pk if found and not case.lifecycle.state(case.state).final else None
    return [
        {
            "name": capfirst(cases.step_label(case.lifecycle, step.move)),
            "state": "bad" if step.move in BACKWARD else "now" if step.pk == last else "done",
            "at": step.at,
            "who": who(step, posts),
            "text": " · ".join(particulars(step, names, posts, others=not to_appellant)),
            "quote": step.note,
        }
        for step in found
    ]


def _posts(found: list[Step]) -> dict[int, str]:
    """The names of the posts that steps speak of; no query for the usual case, which speaks of none."""
    ids = {post for step in found for post in (step.for_post_id, step.data.get("to_post")) if post}
    return {post.pk: post.label for post in Post.objects.filter(pk__in=ids)} if ids else {}


def who(step: Step, posts: dict[int, str]) -> str:
    """The unit whose post did it; the platform, for what follows by itself; else the resident."""
    if step.organisation and step.for_post_id:
        return _("%(unit)s, for the post “%(post)s”") % {
            "unit": step.organisation.label,
            "post": posts.get(step.for_post_id, ""),
        }
    if step.organisation:
        return step.organisation.label
    return _("the platform") if step.move in BY_ITSELF else _("the resident")


def particulars(step: Step, names: dict[int, str], posts: dict[int, str], *, others: bool) -> Iterable[str]:
    """What the step's codes mean, each as a short phrase."""
    data = step.data
    if data.get("channel"):
        yield str(dict(rules.CHANNELS).get(data["channel"], data["channel"]))
    if data.get("unit"):
        yield _("to %(unit)s") % {"unit": names.get(data["unit"], "")}
    if data.get("outcome"):
        yield str(dict((*petition.OUTCOMES, *rules.OUTCOMES)).get(data["outcome"], ""))
    if data.get("opinion"):
        yield str(dict(petition.OPINIONS).get(data["opinion"], ""))
    if data.get("ground"):
        grounds = {**dict(petition.REFUSALS), **dict(rules.REFUSAL_GROUNDS), **dict(rules.PAUSE_GROUNDS)}
        yield str(grounds.get(data["ground"], ""))
    if data.get("supervision"):
        yield str(dict(supervising.KINDS).get(data["supervision"], ""))
    if data.get("objection"):
        yield str(dict(objecting.GROUNDS).get(data["objection"], ""))
    if data.get("to"):
        yield _("to %(unit)s") % {"unit": data["to"]}
    if data.get("to_post"):
        yield _("to the post “%(post)s”") % {"post": posts.get(data["to_post"], "")}
    for name in ("parent", "origin", "part"):
        if data.get(name) and (others or step.move not in OF_ANOTHER):
            yield grouped(data[name])
    if data.get("days"):
        yield _("%(limit)s more") % {
            "limit": cases.limit_words(data["days"], data.get("unit_of_days", "working_days"))
        }
    if data.get("result"):
        yield str(dict(grading.RESULTS).get(data["result"], ""))
    if data.get("next_at"):
        yield _("next call %(at)s") % {"at": local_dt(datetime.fromisoformat(data["next_at"]), "short")}
    if data.get("try"):
        yield _("try %(n)s of %(all)s") % {"n": data["try"], "all": rules.CALL_TRIES}
    if data.get("solved"):
        yield str(dict(rules.SOLVED_ANSWERS).get(data["solved"], ""))
    if data.get("grade"):
        yield str(dict(rules.GRADES).get(data["grade"], ""))


def clocks(case: Case, found: list[Clock]) -> list[dict[str, Any]]:
    """Each stage's clock: its rule, when it ran, and whether it was kept."""
    rows = []
    for clock in found:
        running = clock.stopped_at is None
        rows.append(
            {
                "stage": case.lifecycle.limit(clock.stage).label,
                "limit": cases.limit_words(clock.amount, clock.unit),
                "extended": cases.limit_words(
                    clock.extended, "days" if clock.unit == "days" else "working_days"
                )
                if clock.extended
                else "",
                "started_at": clock.started_at,
                "due_at": clock.due_at,
                "provisional": clock.provisional,
                "running": running,
                "paused_at": clock.paused_at,
                "late": clock.stopped_at is not None and clock.stopped_at > clock.due_at,
                "left": cases.time_left(case) if running and clock.paused_at is None else None,
            }
        )
    return rows


def looks(found: list[AccessLog]) -> list[dict[str, Any]]:
    """Who looked at the appellant's data: unit, purpose, time, what."""
    return [
        {
            "at": look.at,
            "unit": look.organisation.label,
            "purpose": PURPOSES.get(look.purpose, look.purpose),
            "what": _(str(look.what)),  # an English message id, see handling.APPELLANT_SHOWN
        }
        for look in found
    ]


def item_limit(case: Case | None, item: Item | None) -> str:
    """The time a unit has for this item of an appeal, in words; without the appeal, of one reported today."""
    return cases.limit_words(*(handle_limit(case, item) if case else limit_today(item)))

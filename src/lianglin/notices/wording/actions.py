"""Texts are changed in versions: one person writes, another one looks at it and says yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor, duties_of, role_kinds
from lianglin.access.governance.proposals import Proposals
from lianglin.access.models import Post
from lianglin.access.transaction import together
from lianglin.kit import clock, messages, site
from lianglin.kit.domain import Notice
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.notices.wording import checks, fields, queries, speaking
from lianglin.notices.wording.manifest import APPROVE, WRITE
from lianglin.notices.wording.models import TextVersion

VERSIONS = Proposals(
    TextVersion, "notices.TextVersion", "notices.{verb}_text", WRITE, APPROVE, also=("from_on",)
)
ASIDE = "notices.text_aside"
FIELD = {"zh-hans": "zh", "elder": "elder", "en": "en"}
"""Column and form field of each variant."""
State = TextVersion.State


class Unsound(HouseError):
    """Texts that may not go to the second person; ``flaws`` say what is wrong with which."""

    status = 422

    def __init__(self, flaws: list[checks.Flaw]) -> None:
        super().__init__(_("The texts cannot stay like this; it is said at each of them."))
        self.flaws = flaws


def area_of(by: Actor) -> str:
    """The area whose texts this post writes: the city (""), or its district."""
    if len(by.low) not in (0, 6):
        raise Forbidden(_("Texts of messages are written for the city or for a district."))
    return by.low


def flaws_of(notice: Notice, texts: Mapping[str, str]) -> list[checks.Flaw]:
    """What is wrong with texts of this notice in this city."""
    return checks.flaws(notice, texts, site.address(), fields.samples(notice.fields, "zh-hans"))


def propose(
    *, by: Actor, code: str, texts: Mapping[str, str], reason: str, from_on: date, shipped: bool = False
) -> TextVersion:
    """Writes the next version of a message's texts for the own area; it counts once a second person agrees.

    ``shipped``: back to the text that came with the software. Raises :class:`Unsound`, Refused, Conflict.
    """
    by.require(WRITE)
    area, found = area_of(by), queries.find(code)
    if found is None:
        raise Refused(_("There is no message of this kind."))
    if from_on < clock.today():
        raise Refused(_("Choose today or a later day."), field="from_on")
    if not reason.strip():
        raise Refused(_("Say why it is written or changed."), field="reason")
    given = {variant: texts.get(variant, "").replace("\r\n", "\n").strip() for variant in checks.VARIANTS}
    if not shipped:
        _must_be_sound(found[1], given, area)
    made = TextVersion(
        code=code, scope_code=area, version=1, shipped=shipped, from_on=from_on, reason=reason.strip(),
        proposed_by_id=by.account_id, proposed_post_id=by.post_id, proposed_at=clock.now(),
        **{FIELD[variant]: "" if shipped else text for variant, text in given.items()},
    )  # fmt: skip
    with together():
        newest = TextVersion.objects.filter(code=code, scope_code=area).order_by("-version").first()
        made.version = newest.version + 1 if newest else 1
        if shipped and queries.in_force(code, area) is None:
            raise Refused(_("The shipped text is in force already."))
        return VERSIONS.put(
            made,
            by=by,
            taken=_(
                "A version of this text waits for its second look, or was written just now. Look at it again."
            ),
        )


def _must_be_sound(notice: Notice, given: Mapping[str, str], area: str) -> None:
    if found := flaws_of(notice, given):
        raise Unsound(found)
    before = queries.texts_before(notice, area)
    if all(given[variant] == before.get(variant, "").strip() for variant in checks.VARIANTS):
        raise Refused(_("Nothing was changed: this is the text in force."))


def decide(*, by: Actor, version_id: int, approve: bool, note: str = "") -> TextVersion:
    """The second person approves a version, or refuses it and says why. Its day, when passed, becomes today."""
    with together():
        made = VERSIONS.decide(by, approve=approve, note=note, carry_out=_begin, pk=version_id)
        transaction.on_commit(speaking.forget)
    return made


def _begin(made: TextVersion) -> None:
    found = queries.find(made.code)
    if not made.shipped and (found is None or flaws_of(found[1], made.texts)):
        raise Conflict(_("The message has changed since; this text no longer fits. Refuse it."))
    made.from_on = max(made.from_on, clock.today())


def withdraw(*, by: Actor, version_id: int) -> TextVersion:
    """Whoever proposed it takes it back while nobody has decided."""
    return VERSIONS.withdraw(by, pk=version_id)


def set_aside_unfit(*, by: Actor) -> int:
    """Sets aside every approved text that its message no longer fits, and tells those who write texts; how many."""
    by.require("system")
    count = 0
    rows = TextVersion.objects.filter(state=State.APPROVED, aside_at=None, shipped=False)
    for made in rows.select_for_update(no_key=True).order_by("id"):
        why = _unfit(made)
        if not why:
            continue
        made.aside_at, made.aside_why = clock.now(), why[:200]
        made.save(update_fields=["aside_at", "aside_why"])
        VERSIONS.audited("set_aside", made, by)
        _tell(made)
        count += 1
    if count:
        transaction.on_commit(speaking.forget)
    return count


def _unfit(made: TextVersion) -> str:
    found = queries.find(made.code)
    if found is None:
        return "no such message any more"
    notice = found[1]
    lost = [variant for variant, text in made.texts.items() if not checks.fits(notice, text)]
    return f"placeholders that are not given any more: {', '.join(lost)}" if lost else ""


def _tell(made: TextVersion) -> None:
    roles = [kind.code for kind in role_kinds().values() if WRITE in duties_of(kind.code)]
    posts = Post.objects.in_force().filter(scope_code=made.scope_code, role_code__in=roles)
    for post_id in posts.order_by("id").values_list("id", flat=True):
        messages.send(
            messages.Message(
                code=ASIDE, channel="in_app", scope_code=made.scope_code, post_id=post_id,
                context={"title": _label(made.code), "link": reverse("notices:text_version", args=[made.pk])},
                once=f"{ASIDE}:{made.pk}:{post_id}",
            )
        )  # fmt: skip


def _label(code: str) -> str:
    found = queries.find(code)
    return str(found[1].label) if found else code

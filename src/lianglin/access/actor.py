"""Who acts: one person in exactly one post, a resident holding a receipt, the public, or a job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianglin.kit import discovery
from lianglin.kit.domain import OFFICERS, Role, RoleKind
from lianglin.kit.errors import Forbidden

TOP = "~"
"""Sorts behind every digit: the upper bound of a scope is its prefix and this."""
WHOLE_CODE = 12
"""Digits of a community's code; no scope is narrower."""
NOWHERE = ("~", "")
"""A scope that holds no code at all."""

PURPOSES = {
    "handle_case": gettext_lazy("handle the matter"),
    "call_back": gettext_lazy("call back"),
    "serve_household": gettext_lazy("serve the household without asking twice"),
    "own_case": gettext_lazy("one's own matter"),
    "own_data": gettext_lazy("one's own data"),
    "health": gettext_lazy("health care of the person"),
    "vital_interest": gettext_lazy("save life, health or property in an emergency"),
    "data_protection": gettext_lazy("data protection"),
    "governance": gettext_lazy("keep rights and records in order; no resident's data"),
    "statistics": gettext_lazy("statistics without names"),
    "system": gettext_lazy("background task"),
}
"""For what personal data may be used, in words; a kind of post carries some of them."""


_WORK = {
    "resident": "own_case",
    "job": "system",
    "health": "health",
    "rescue": "vital_interest",
    **dict.fromkeys(OFFICERS, "governance"),
}


@dataclass(frozen=True)
class Actor:
    """What every action, query and policy is asked on behalf of.

    ``low <= scope_code < high`` is the actor's place range; ``organisation_id`` carries a handler's grants;
    ``case_id`` is the one case a resident proved to hold; ``resident_id`` is the person who logged in as a
    resident, or the ward for whom the guardian ``guardian_id`` (who then is the one that logged in) acts.
    ``token_id`` is the API token or app password through which a post is used.
    """

    role: Role
    low: str = NOWHERE[0]
    high: str = NOWHERE[1]
    account_id: int | None = None
    post_id: int | None = None
    organisation_id: int | None = None
    case_id: int | None = None
    resident_id: int | None = None
    guardian_id: int | None = None
    role_code: str = ""
    title: str = ""
    organisation_name: str = ""
    duties: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    lent: Literal["", "help", "glass", "person"] = ""
    """Range and purposes come from a help ticket or a break-glass opening, ``lent_id``, while it is in force; "person":
    so does the one resident whose rows are read."""
    lent_id: int | None = None
    token_id: int | None = None

    def may(self, duty: str) -> bool:
        """Whether this actor holds a duty (a permission key of some manifest)."""
        return duty in self.duties

    def require(self, duty: str) -> None:
        """Raises :class:`Forbidden` without the duty."""
        if duty not in self.duties:
            raise Forbidden(
                _(
                    "Your current post does not carry this duty. Switch to the post that does, or ask your coordinator."
                ),
                code=duty,
            )

    def covers(self, scope_code: str) -> bool:
        """Whether a scope code lies in the place range."""
        return self.low <= scope_code < self.high

    @property
    def work_purpose(self) -> str:
        """The purpose for which this kind of actor works on cases."""
        return _WORK.get(self.role, "handle_case")

    def narrowed(self, *, duties: frozenset[str], purposes: frozenset[str], token_id: int) -> Actor:
        """The same post behind an API token: what both carry, never more."""
        return replace(
            self, duties=self.duties & duties, purposes=self.purposes & purposes, token_id=token_id
        )

    def holding(self, case_id: int) -> Actor:
        """The same resident, now holding one case."""
        return replace(self, role="resident", case_id=case_id)


PUBLIC_DUTIES = frozenset({"public.submit", "public.track"})
RESIDENT_DUTIES = frozenset({"public.submit", "public.track", "resident.own_case"})
RESIDENT_PURPOSES = frozenset({"own_case", "own_data"})


def public() -> Actor:
    """Anybody, without login."""
    return Actor(role="public", duties=PUBLIC_DUTIES, title=_("public"))


def resident(
    case_id: int | None = None, resident_id: int | None = None, guardian_id: int | None = None
) -> Actor:
    """A resident: the holder of one case (``case_id``), a person who logged in (``resident_id``), or both.

    With ``guardian_id``, ``resident_id`` is the ward and the guardian is who logged in.
    """
    return Actor(
        role="resident",
        case_id=case_id,
        resident_id=resident_id,
        guardian_id=guardian_id,
        duties=RESIDENT_DUTIES,
        purposes=RESIDENT_PURPOSES,
        title=_("resident"),
    )


def job(low: str = "", high: str = TOP) -> Actor:
    """A background task, by default over the whole city."""
    return Actor(
        role="job",
        low=low,
        high=high,
        duties=frozenset({"system"}),
        purposes=frozenset({"system"}),
        title=_("system"),
    )


def role_kinds() -> dict[str, RoleKind]:
    """Every declared kind of post by its code."""
    return {kind.code: kind for kind in discovery.each("roles")}


def duties_of(role_code: str) -> frozenset[str]:
    """All duties of a kind of post: its own and those that domains add to it."""
    own = role_kinds()[role_code].duties
    added = [duty for manifest in discovery.manifests() for duty in manifest.role_duties.get(role_code, ())]
    return frozenset((*own, *added))

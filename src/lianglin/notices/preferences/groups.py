"""The groups of messages that people may turn off, from the manifests; and those that they cannot, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.kit import discovery
from lianglin.kit.domain import Notice

KINDS = {"steps": _("how a matter moves"), "voluntary": _("offers and hints")}
"""The kinds that can be turned off."""


@dataclass(frozen=True)
class Group:
    """Messages of one package and one kind."""

    code: str
    label: Any
    notices: tuple[Notice, ...]


def group_of(notice: Notice) -> str:
    """ "appeals.steps"; "" for what cannot be turned off."""
    return f"{notice.code.partition('.')[0]}.{notice.kind}" if notice.kind in KINDS else ""


def may_be_off() -> list[Group]:
    """What people may turn off."""
    return _groups(*KINDS)


def stay_on() -> list[Group]:
    """What they cannot: it carries a right, a limit, or is asked for this very moment."""
    return _groups("right", "urgent")


def _groups(*kinds: str) -> list[Group]:
    found: list[Group] = []
    for manifest in discovery.manifests():
        for kind in kinds:
            some = tuple(one for one in manifest.notices if one.kind == kind)
            if some:
                found.append(Group(f"{manifest.code}.{kind}", manifest.label, some))
    return found

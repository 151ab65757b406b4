"""For whom measures are: the groups of the catalogue and of the printed package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    """``sign``: as rules write it; ``code``: in an address."""

    sign: str
    code: str
    label: Any
    icon: str


GROUPS = (
    Group("老", "older", _("older people"), "people"),
    Group("幼", "children", _("children and parents"), "people"),
    Group("残", "disabled", _("people with disabilities"), "person"),
    Group("业", "work", _("work and starting up"), "person"),
    Group("医", "medical", _("medical care"), "plus"),
    Group("学", "school", _("school and studies"), "form"),
    Group("住", "housing", _("housing"), "home"),
    Group("军", "veterans", _("veterans and their families"), "shield"),
    Group("困", "hardship", _("households in hardship"), "people"),
    Group("其他", "other", _("others"), "more"),
)
BY_SIGN = {group.sign: group for group in GROUPS}
BY_CODE = {group.code: group for group in GROUPS}

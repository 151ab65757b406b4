"""What the ground does every night, in steps: verify the audit, cut its old part, count what rests under which key."""

from __future__ import annotations

from typing import Any

from lianglin.access import audit_parts
from lianglin.access.encrypted import encrypted_columns
from lianglin.access.governance import keys, upkeep
from lianglin.access.runs import Step, Stepped, Work, pieces


def _verify(cursor: Any) -> Stepped:
    return audit_parts.step(cursor)


def _open_verify() -> Step:
    return _verify


def _cut(cursor: Any) -> Stepped:
    removed, more = upkeep.cut_some()
    return Stepped({"more": True} if more else None, removed, rows=removed)


VERIFY = Work("verify_audit", _open_verify)
CUT = Work("cut_audit", lambda: _cut)
KEYS = pieces(
    "count_keys",
    lambda: [column.label for column in encrypted_columns()],
    lambda label: keys.count_column(label),
)

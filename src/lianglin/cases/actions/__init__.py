"""What is done to cases, whatever their kind: opened, moved, noted, extended, taken on; each locks and audits itself."""

from lianglin.cases.actions.bulk import AT_ONCE, Chosen, move_many
from lianglin.cases.actions.clocks import hurry, keep_promise
from lianglin.cases.actions.moving import (
    assign,
    expect,
    extend,
    lock,
    move,
    must_be_as_seen,
    note_assignment,
    remark,
)
from lianglin.cases.actions.opening import CLAIM_WINDOW, Opened, Place, claim, open_case, reserve_id

__all__ = [
    "AT_ONCE",
    "CLAIM_WINDOW",
    "Chosen",
    "Opened",
    "Place",
    "assign",
    "claim",
    "expect",
    "extend",
    "hurry",
    "keep_promise",
    "lock",
    "move",
    "move_many",
    "must_be_as_seen",
    "note_assignment",
    "open_case",
    "remark",
    "reserve_id",
]

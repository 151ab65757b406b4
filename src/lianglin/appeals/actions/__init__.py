"""The appeal's story as verbs: submit, accept, dispatch, handle, answer, settle, call back, reopen, withdraw."""

from lianglin.appeals.actions.co_handling import answer_co_order, end_what_was_asked, order_co_handling
from lianglin.appeals.actions.desk import (
    accept,
    answer_now,
    call_out,
    dispatch,
    extend,
    redirect,
    refuse,
    send_back,
    settle,
)
from lianglin.appeals.actions.hearing import add_material, call_back, confirm, reopen, withdraw
from lianglin.appeals.actions.joining import ask_to_join, join_as_asked, lead, merge, split, unmerge
from lianglin.appeals.actions.objecting import object_to
from lianglin.appeals.actions.opening import Reporter, Submitted, open_for, submit
from lianglin.appeals.actions.unit import answer, pause, resume, take_on

__all__ = [
    "Reporter",
    "Submitted",
    "accept",
    "add_material",
    "answer",
    "answer_co_order",
    "answer_now",
    "ask_to_join",
    "call_back",
    "call_out",
    "confirm",
    "dispatch",
    "end_what_was_asked",
    "extend",
    "join_as_asked",
    "lead",
    "merge",
    "object_to",
    "open_for",
    "order_co_handling",
    "pause",
    "redirect",
    "refuse",
    "reopen",
    "resume",
    "send_back",
    "settle",
    "split",
    "submit",
    "take_on",
    "unmerge",
    "withdraw",
]

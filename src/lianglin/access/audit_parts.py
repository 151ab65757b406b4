"""The whole audit verified in parts, each in a transaction of its own: entries some ten thousand at a time, then seals.

Finds what :func:`lianglin.access.audit.verify` finds. Where it stands is a cursor of numbers and hashes, so that it
goes on after a kill; how it ended is one record, as before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lianglin.access import audit
from lianglin.access.audit import Finding
from lianglin.access.governance import upkeep
from lianglin.access.governance.anchors import link
from lianglin.access.models import AuditEntry, AuditHead, AuditSeal
from lianglin.access.runs import Stepped
from lianglin.kit import clock

ENTRIES, SEALS = 20_000, 200
"""A step: about a second of work each, in a city with 2,500 chains."""


def step(cursor: Any) -> Stepped:
    """One part behind ``cursor``, in the running transaction; the last one writes the record."""
    at: dict[str, Any] = cursor or _beginning()
    done = _entries(at) if at["part"] == "entries" else _seals(at)
    if at["part"] == "over":
        counted = audit.Counted(at["chains"], at["entries"], at["seals"])
        upkeep.keep(datetime.fromisoformat(at["begun"]), counted, at["found"], at["findings"])
        return Stepped(None, done, rows=done)
    return Stepped(at, done, rows=done)


def _beginning() -> dict[str, Any]:
    at: dict[str, Any] = {
        "part": "entries", "begun": clock.now().isoformat(), "chain": "", "seq": 0, "hash": audit.GENESIS.hex(),
        "chains": 0, "entries": 0, "seals": 0, "seal": 0, "found": [], "findings": 0,
    }  # fmt: skip
    _note(at, audit.verify_cut(audit.last_cut()))
    return at


def _note(at: dict[str, Any], findings: Iterable[Finding]) -> None:
    for one in findings:
        at["findings"] += 1
        if len(at["found"]) < upkeep.KEPT_FINDINGS:
            at["found"].append([one.chain, one.seq, str(one.what)])


def _entries(at: dict[str, Any]) -> int:
    """Goes through the next entries in the order of their chains; heads are read before them, as they may grow."""
    cut = audit.last_cut()
    starts = cut.heads if cut else {}
    chain, seq, previous = at["chain"], at["seq"], bytes.fromhex(at["hash"])
    heads = {head.chain: head for head in AuditHead.objects.filter(chain__gte=chain)}
    if (
        chain and audit.start_of(starts, chain)[0] > seq
    ):  # it was cut meanwhile: a seal vouches for what is gone
        seq, previous = audit.start_of(starts, chain)
    rows = AuditEntry.objects.order_by("chain", "seq").values_list("chain", "seq", "body", "hash")
    read = list(rows.filter(chain=chain, seq__gt=seq)[:ENTRIES])
    read += rows.filter(chain__gt=chain)[: ENTRIES - len(read)]
    for name, number, raw, hashed in read:
        body, value = bytes(raw), bytes(hashed)
        if name != chain:
            _end_of_chain(at, chain, seq, previous, heads, starts, until=name)
            chain, at["chains"] = name, at["chains"] + 1
            seq, previous = audit.start_of(starts, chain)
        if number <= audit.start_of(starts, chain)[0]:
            continue  # being cut: the seal vouches for it
        if number != seq + 1 or link(previous, number, body) != value:
            _note(at, audit.verify_entry(chain, number, body, value, behind=(seq, previous)))
        seq, previous = number, value
        at["entries"] += 1
    if len(read) < ENTRIES:
        _end_of_chain(at, chain, seq, previous, heads, starts, until=None)
        at["part"] = "seals"
    at.update(chain=chain, seq=seq, hash=previous.hex())
    return len(read)


def _end_of_chain(
    at: dict[str, Any],
    chain: str,
    seq: int,
    last: bytes,
    heads: dict[str, AuditHead],
    starts: dict[str, list[Any]],
    *,
    until: str | None,
) -> None:
    """The end of a chain against its head, and the heads between it and the next chain, which have no entry."""
    _note(at, audit.ends(heads.pop(chain, None), chain, seq, last))
    for name in sorted(heads):
        if name > chain and (until is None or name < until):
            _note(at, audit.verify_bare_head(heads.pop(name), starts))


def _seals(at: dict[str, Any]) -> int:
    cut = audit.last_cut()
    if at["seal"]:
        before = AuditSeal.objects.filter(pk=at["seal"]).first()
        previous, vouched = (bytes(before.hash), before.heads) if before else audit.before_seals(cut)
    else:
        previous, vouched = audit.before_seals(cut)
    checked = dict(vouched)
    rows = AuditSeal.objects.filter(pk__gt=at["seal"], pk__gte=cut.seal if cut else 0).order_by("id")[:SEALS]
    read = 0
    for item in rows.iterator(chunk_size=20):  # all heads of a city are two hundred kilobytes
        read, at["seals"] = read + 1, at["seals"] + 1
        _note(at, audit.verify_seal(item, at["seals"], previous, checked))
        previous, at["seal"] = bytes(item.hash), item.pk
        checked.update(item.heads)
    if read < SEALS:
        at["part"] = "over"
    return read

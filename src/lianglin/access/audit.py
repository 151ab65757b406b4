"""The verifiable audit: one hash chain per community, written as the transaction's last statement (house rule 5).

An entry holds who (post), what (verb, subject, id) and a digest, never values. Entries collected in a
transaction go to one chain: the community's when all concern one, else "city".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lianglin.access.governance import signing
from lianglin.access.governance.anchors import link
from lianglin.access.models import AuditCut, AuditEntry, AuditHead, AuditSeal
from lianglin.access.transaction import running
from lianglin.kit import clock, plans
from lianglin.kit.restricted import plain

GENESIS = bytes(32)
CITY = "city"


def digest(values: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of the changed values: proves what was written without holding it."""
    return hashlib.sha256(_canonical(values)).hexdigest()


def _canonical(values: Any) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def record(
    verb: str,
    subject: str,
    subject_id: int | str,
    *,
    scope_code: str = "",
    values: Mapping[str, Any] | None = None,
    on_behalf: int | None = None,
) -> None:
    """Notes what the running transaction did; written at its end.

    ``verb`` is a stable key such as "cases.move.dispatch"; ``subject`` a model label; ``on_behalf`` the post that
    the acting one stands in for.
    """
    scope_code = plain(scope_code)  # the chain is the place's, whether its row is restricted or not
    now = running()
    body = {
        "at": clock.now().isoformat(timespec="microseconds"),
        "post": now.actor.post_id,
        "role": now.actor.role,
        "verb": verb,
        "subject": subject,
        "id": subject_id,
        "digest": digest(values) if values else "",
    }
    if now.actor.lent:
        body["under"] = f"{now.actor.lent}:{now.actor.lent_id}"
    if now.actor.token_id is not None:
        body["token"] = now.actor.token_id
    if on_behalf is not None:
        body["for"] = on_behalf
    now.audit.append((scope_code, _canonical(body)))


def flush(lines: list[tuple[str, bytes]]) -> None:
    """Appends the collected lines to one chain in one statement."""
    if not lines:
        return
    scopes = {scope for scope, _body in lines}
    chain = scopes.pop() if len(scopes) == 1 else CITY
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(
            "select access_audit_append(%s, %s::bytea[])", [chain or CITY, [body for _, body in lines]]
        )
    lines.clear()


@dataclass(frozen=True)
class Finding:
    """One thing that verification found wrong."""

    chain: str
    seq: int
    what: str


@dataclass
class Counted:
    """How much a verification looked at."""

    chains: int = 0
    entries: int = 0
    seals: int = 0


def verify(only: str = "", counted: Counted | None = None) -> Iterator[Finding]:
    """Reads every chain from its start and yields each change, gap, swap and cut it finds; then the seals.

    A chain whose old part was cut starts at the seal that vouches for it. With ``only`` it reads that one chain and
    what the newest seal says of it.
    """
    counted = counted if counted is not None else Counted()
    cut = last_cut()
    yield from verify_cut(cut)
    starts = cut.heads if cut else {}
    chosen: dict[str, Any] = {"chain": only} if only else {}
    heads = {head.chain: head for head in AuditHead.objects.filter(**chosen)}
    chain, seq, previous = "", 0, GENESIS
    if only in heads:
        chosen["seq__lte"] = heads[only].seq  # what is appended while we read is not missing from the head
    for entry in AuditEntry.objects.filter(**chosen).order_by("chain", "seq").iterator(chunk_size=5000):
        if entry.chain != chain:
            yield from ends(heads.pop(chain, None), chain, seq, previous)
            counted.chains, chain = counted.chains + 1, entry.chain
            seq, previous = start_of(starts, chain)
        if entry.seq <= start_of(starts, chain)[0]:
            continue  # being cut: the seal vouches for it
        counted.entries += 1
        yield from verify_entry(
            chain, entry.seq, bytes(entry.body), bytes(entry.hash), behind=(seq, previous)
        )
        seq, previous = entry.seq, bytes(entry.hash)
    yield from ends(heads.pop(chain, None), chain, seq, previous)
    for head in heads.values():
        yield from verify_bare_head(head, starts)
    yield from _verify_last_seal(only, starts) if only else verify_seals(cut, counted)


def verify_entry(
    chain: str, seq: int, body: bytes, value: bytes, *, behind: tuple[int, bytes]
) -> Iterator[Finding]:
    """One entry against the number and hash of the one before."""
    last, previous = behind
    if seq != last + 1:
        what = _("expected entry %(due)s, found %(seq)s: entries are missing")
        yield Finding(chain, seq, what % {"due": last + 1, "seq": seq})
    if link(previous, seq, body) != value:
        yield Finding(chain, seq, _("hash does not fit: the entry or its order was changed"))


def verify_bare_head(head: AuditHead, starts: Mapping[str, list[Any]]) -> Iterator[Finding]:
    """A head whose chain has no entry: right only where all of them were cut."""
    if head.seq and (head.seq, bytes(head.hash)) != start_of(starts, head.chain):
        yield Finding(head.chain, head.seq, _("the head names entries, the chain has none"))


def start_of(starts: Mapping[str, list[Any]], chain: str) -> tuple[int, bytes]:
    """Number and hash behind which a chain's entries begin: nothing, or the last one that was cut."""
    seq, value = starts.get(chain, (0, ""))
    return seq, bytes.fromhex(value) if seq else GENESIS


def ends(head: AuditHead | None, chain: str, seq: int, last: bytes) -> Iterator[Finding]:
    """The end of a chain against its head; what somebody writes while we read is no finding."""
    if not chain or (head is not None and head.seq == seq and bytes(head.hash) == last):
        return
    now = AuditHead.objects.filter(chain=chain).first()
    if (
        now is not None
        and (head is None or now.seq > head.seq)
        and _holds(now)
        and (head is None or _holds(head))
    ):
        return
    if head is None:
        yield Finding(chain, seq, _("the chain has no head"))
    else:
        what = _("the head names entry %(head)s, the chain ends at %(end)s: its end was cut or changed")
        yield Finding(chain, seq, what % {"head": head.seq, "end": seq})


def _holds(head: AuditHead) -> bool:
    """Whether the entry that a head names is there, with the head's hash."""
    found = AuditEntry.objects.filter(chain=head.chain, seq=head.seq).values_list("hash", flat=True).first()
    return found is not None and bytes(found) == bytes(head.hash)


def last_cut() -> AuditCut | None:
    """The newest cut: behind its seal the entries begin."""
    return AuditCut.objects.order_by("-id").first()


def verify_cut(cut: AuditCut | None) -> Iterator[Finding]:
    """A cut holds only by a signed seal: by its own copy of it, and by the seal's row."""
    if cut is None:
        return
    root = _merkle(_leaves(cut.heads))
    value = _chained(bytes(cut.previous), cut.sealed_at, root)
    if not signing.seal_is_signed(cut.key, cut.signature, value):
        yield Finding("seals", cut.seal, _("what was cut is not vouched for by a seal that the city signed"))


def _merkle(leaves: list[bytes]) -> bytes:
    """Merkle root (SHA-256, leaf prefix 0x00, node prefix 0x01, odd node carried up), as in RFC 6962."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves] or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + (level[-1:] if len(level) % 2 else [])
    return level[0]


def _leaves(heads: Mapping[str, list[Any]]) -> list[bytes]:
    return [f"{chain}:{seq}:{value}".encode() for chain, (seq, value) in sorted(heads.items())]


def _chained(previous: bytes, at: datetime, root: bytes) -> bytes:
    return hashlib.sha256(previous + at.isoformat().encode() + root).digest()


def seal() -> AuditSeal:
    """Seals all heads of this instant into a Merkle root, chained to the seal before, signed with the city's key."""
    return _seal(_heads(), whole=True)


def seal_what_moved() -> AuditSeal | None:
    """A seal of the heads that moved since the last seal, and once a day of all; None when nothing was written.

    What it leaves out stands in an earlier seal, to which it is chained: a seal vouches for all before it.
    """
    now, before = _heads(), sealed()
    moved = {chain: value for chain, value in now.items() if before.get(chain) != value}
    if not moved:
        return None
    last = AuditSeal.objects.filter(whole=True).order_by("-id").values_list("at", flat=True).first()
    whole = last is None or clock.local(last).date() != clock.local(clock.now()).date()
    return _seal(now if whole else moved, whole=whole)


def sealed() -> dict[str, list[Any]]:
    """What the seals say of every chain: the last whole one, and those after it."""
    first = AuditSeal.objects.filter(whole=True).order_by("-id").values_list("pk", flat=True).first()
    found: dict[str, list[Any]] = {}
    for heads in AuditSeal.objects.filter(pk__gte=first or 0).order_by("id").values_list("heads", flat=True):
        found.update(heads)
    return found


def _heads() -> dict[str, list[Any]]:
    return {head.chain: [head.seq, bytes(head.hash).hex()] for head in AuditHead.objects.all()}


def _seal(heads: dict[str, list[Any]], *, whole: bool) -> AuditSeal:
    root = _merkle(_leaves(heads))
    before = AuditSeal.objects.order_by("-id").first()
    at = clock.now()
    chained = _chained(bytes(before.hash) if before else GENESIS, at, root)
    key, signature = signing.seal_signature(chained)
    return AuditSeal.objects.create(
        at=at, whole=whole, heads=heads, root=root, hash=chained, key=key, signature=signature
    )


def verify_seals(cut: AuditCut | None, counted: Counted) -> Iterator[Finding]:
    """Every seal against its heads, the seal before and the entries that are there."""
    previous, vouched = before_seals(cut)
    checked = dict(vouched)
    for number, item in enumerate(
        AuditSeal.objects.filter(pk__gte=cut.seal if cut else 0).order_by("id").iterator(), start=1
    ):
        counted.seals += 1
        yield from verify_seal(item, number, previous, checked)
        previous = bytes(item.hash)
        checked.update(item.heads)


def before_seals(cut: AuditCut | None) -> tuple[bytes, Mapping[str, list[Any]]]:
    """Hash of the seal before the first one, and the heads that are vouched for already."""
    return (bytes(cut.previous), cut.heads) if cut is not None else (GENESIS, {})


def verify_seal(
    item: AuditSeal, number: int, previous: bytes, checked: Mapping[str, list[Any]]
) -> Iterator[Finding]:
    """One seal: its heads, its link to the seal before, its signature, and the heads that moved since ``checked``."""
    expected = _chained(previous, item.at, bytes(item.root))
    if _merkle(_leaves(item.heads)) != bytes(item.root) or expected != bytes(item.hash):
        yield Finding("seals", number, _("the seal does not fit its heads or the seal before"))
    if signing.seal_is_signed(item.key, item.signature, bytes(item.hash)) is False:
        yield Finding("seals", number, _("the seal's signature is not the city's"))
    moved = {chain: value for chain, value in item.heads.items() if checked.get(chain) != value}
    yield from as_sealed(moved, number)


def _verify_last_seal(chain: str, starts: Mapping[str, list[Any]]) -> Iterator[Finding]:
    """The newest seal that names one chain, against it; earlier seals are covered by the chain's own links."""
    item = AuditSeal.objects.filter(heads__has_key=chain).order_by("-id").first()
    if item is None:
        return
    if _merkle(_leaves(item.heads)) != bytes(item.root):
        yield Finding("seals", item.pk, _("the seal does not fit its heads or the seal before"))
    if item.heads[chain] != starts.get(chain):
        yield from as_sealed({chain: item.heads[chain]}, item.pk)


def as_sealed(heads: Mapping[str, list[Any]], number: int) -> Iterator[Finding]:
    """What was sealed against the entries that are there; one statement for a seal."""
    wanted = {(chain, seq): value for chain, (seq, value) in heads.items() if seq}
    rows = AuditEntry.objects.filter(
        chain__in={chain for chain, _seq in wanted}, seq__in={seq for _chain, seq in wanted}
    )
    found = {
        (chain, seq): bytes(value).hex() for chain, seq, value in rows.values_list("chain", "seq", "hash")
    }
    for (chain, seq), value in wanted.items():
        if found.get((chain, seq)) != value:
            yield Finding(chain, seq, _("differs from what seal %(number)s sealed") % {"number": number})

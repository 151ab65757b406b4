"""The verifiable audit: one hash chain per community, written as the transaction's last statement (house rule 5).

An entry holds who (post), what (verb, subject, id) and a digest, never values. Entries collected in a
transaction go to one chain: the community's when all concern one, else "city".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lianglin.access.models import AuditEntry, AuditHead, AuditSeal
from lianglin.access.transaction import running
from lianglin.kit import clock

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
) -> None:
    """Notes what the running transaction did; written at its end.

    ``verb`` is a stable key such as "cases.move.dispatch"; ``subject`` a model label.
    """
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
    now.audit.append((scope_code, _canonical(body)))


def flush(lines: list[tuple[str, bytes]]) -> None:
    """Appends the collected lines to one chain in one statement."""
    if not lines:
        return
    scopes = {scope for scope, _body in lines}
    chain = scopes.pop() if len(scopes) == 1 else CITY
    with connection.cursor() as cursor:
        cursor.execute(
            "select access_audit_append(%s, %s::bytea[])", [chain or CITY, [body for _, body in lines]]
        )
    lines.clear()


def link(previous: bytes, seq: int, body: bytes) -> bytes:
    """The hash of an entry: SHA-256(previous hash | number as 8 bytes big-endian | body)."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + body).digest()


@dataclass(frozen=True)
class Finding:
    """One thing that verification found wrong."""

    chain: str
    seq: int
    what: str


def verify(only: str = "") -> Iterator[Finding]:
    """Reads every chain from its start and yields each change, gap, swap and cut it finds; then the seals.

    With ``only`` it reads that one chain and what the newest seal says of it.
    """
    chosen: dict[str, Any] = {"chain": only} if only else {}
    heads = {head.chain: head for head in AuditHead.objects.filter(**chosen)}
    chain, seq, previous = "", 0, GENESIS
    if only in heads:
        chosen["seq__lte"] = heads[only].seq  # what is appended while we read is not missing from the head
    for entry in AuditEntry.objects.filter(**chosen).order_by("chain", "seq").iterator(chunk_size=5000):
        if entry.chain != chain:
            yield from _ends(heads.pop(chain, None), chain, seq, previous)
            chain, seq, previous = entry.chain, 0, GENESIS
        if entry.seq != seq + 1:
            yield Finding(
                chain,
                entry.seq,
                _("expected entry %(due)s, found %(seq)s: entries are missing")
                % {"due": seq + 1, "seq": entry.seq},
            )
        expected = link(previous, entry.seq, bytes(entry.body))
        if expected != bytes(entry.hash):
            yield Finding(chain, entry.seq, _("hash does not fit: the entry or its order was changed"))
        seq, previous = entry.seq, bytes(entry.hash)
    yield from _ends(heads.pop(chain, None), chain, seq, previous)
    for name, head in heads.items():
        if head.seq:
            yield Finding(name, head.seq, _("the head names entries, the chain has none"))
    yield from _verify_last_seal(only) if only else _verify_seals()


def _ends(head: AuditHead | None, chain: str, seq: int, last: bytes) -> Iterator[Finding]:
    if not chain:
        return
    if head is None:
        yield Finding(chain, seq, _("the chain has no head"))
    elif head.seq != seq or bytes(head.hash) != last:
        what = _("the head names entry %(head)s, the chain ends at %(end)s: its end was cut or changed")
        yield Finding(chain, seq, what % {"head": head.seq, "end": seq})


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


def seal() -> AuditSeal:
    """Seals all heads of this instant into a Merkle root, chained to the seal before."""
    heads = {head.chain: [head.seq, bytes(head.hash).hex()] for head in AuditHead.objects.all()}
    root = _merkle(_leaves(heads))
    before = AuditSeal.objects.order_by("-id").first()
    at = clock.now()
    chained = hashlib.sha256(
        (bytes(before.hash) if before else GENESIS) + at.isoformat().encode() + root
    ).digest()
    return AuditSeal.objects.create(at=at, heads=heads, root=root, hash=chained)


def _verify_seals() -> Iterator[Finding]:
    previous = GENESIS
    for number, item in enumerate(AuditSeal.objects.order_by("id").iterator(), start=1):
        expected = hashlib.sha256(previous + item.at.isoformat().encode() + bytes(item.root)).digest()
        if _merkle(_leaves(item.heads)) != bytes(item.root) or expected != bytes(item.hash):
            yield Finding("seals", number, _("the seal does not fit its heads or the seal before"))
        for chain in item.heads:
            yield from _as_sealed(item, chain, number)
        previous = bytes(item.hash)


def _verify_last_seal(chain: str) -> Iterator[Finding]:
    """The newest seal against one chain; earlier seals are covered by the chain's own links."""
    item = AuditSeal.objects.order_by("-id").first()
    if item is None:
        return
    if _merkle(_leaves(item.heads)) != bytes(item.root):
        yield Finding("seals", item.pk, _("the seal does not fit its heads or the seal before"))
    if chain in item.heads:
        yield from _as_sealed(item, chain, item.pk)


def _as_sealed(item: AuditSeal, chain: str, number: int) -> Iterator[Finding]:
    seq, value = item.heads[chain]
    entry = (
        AuditEntry.objects.filter(chain=chain, seq=seq).values_list("hash", flat=True).first()
        if seq
        else None
    )
    if seq and (entry is None or bytes(entry).hex() != value):
        yield Finding(chain, seq, _("differs from what seal %(number)s sealed") % {"number": number})

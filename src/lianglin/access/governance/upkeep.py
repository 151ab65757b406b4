"""The audit's upkeep: verified every night, cut when it has run out, exported with a signed anchor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.governance import anchors, signing
from lianglin.access.governance.queries import call, post_ids_of
from lianglin.access.models import AuditCheck, AuditCut, AuditEntry, AuditSeal
from lianglin.access.transaction import acting
from lianglin.kit import clock, messages
from lianglin.kit.errors import Refused

KEPT_FINDINGS, BATCH = 50, 10_000
AT_ONCE = 20_000
"""Entries that a page exports; more is the command line's."""
WATCHERS = ("auditor", "protection_officer")


def check() -> AuditCheck:
    """Verifies everything, keeps a record of it, and tells auditor and protection officer when something does not fit."""
    begun, counted = clock.now(), audit.Counted()
    findings = audit.verify(counted=counted)
    kept = [[found.chain, found.seq, str(found.what)] for found in islice(findings, KEPT_FINDINGS)]
    more = sum(1 for _found in findings)
    return keep(begun, counted, kept, len(kept) + more)


def keep(begun: datetime, counted: audit.Counted, kept: list[list[Any]], findings: int) -> AuditCheck:
    """Writes down what a verification found, and tells auditor and protection officer when something does not fit."""
    made = AuditCheck.objects.create(
        begun_at=begun,
        ended_at=clock.now(),
        chains=counted.chains,
        entries=counted.entries,
        seals=counted.seals,
        findings=findings,
        found=kept,
    )
    audit.record("access.audit_checked", "access.AuditCheck", made.pk, values={"findings": made.findings})
    if made.findings:
        _tell(made)
    return made


def _tell(made: AuditCheck) -> None:
    for role_code in WATCHERS:
        for post_id in post_ids_of(role_code):
            messages.send(
                messages.Message(
                    code="access.audit_broken",
                    channel="in_app",
                    scope_code="",
                    context={"count": made.findings, "link": reverse("access:audit_check", args=[made.pk])},
                    post_id=post_id,
                    once=f"audit-check:{made.pk}:{post_id}",
                )
            )


def cut_old(*, batch: int = BATCH) -> AuditCut | None:
    """Cuts the entries that have run out, a batch a transaction, up to the newest signed seal of all chains that is old enough.

    Goes on with a cut that was stopped. None when nothing has run out, or no old seal was signed.
    """
    cut = None
    more = True
    while more:
        with acting(job()):
            cut, _removed, more = _cut_batch(batch)
    return cut


def cut_some(*, batch: int = BATCH) -> tuple[int, bool]:
    """One batch of :func:`cut_old` in the running transaction; (entries removed, whether there is more)."""
    _cut, removed, more = _cut_batch(batch)
    return removed, more


def _cut_batch(batch: int) -> tuple[AuditCut | None, int, bool]:
    cut = AuditCut.objects.filter(finished_at__isnull=True).order_by("id").first() or _begin()
    if cut is None:
        return None, 0, False
    removed = call("access_audit_cut", cut.pk, batch)
    cut = AuditCut.objects.get(pk=cut.pk)
    if removed < batch:
        cut.finished_at = clock.now()
        cut.save(update_fields=["finished_at"])
        audit.record("access.audit_cut", "access.AuditCut", cut.pk, values={"removed": cut.removed})
    return cut, removed, removed >= batch


def _begin() -> AuditCut | None:
    limit = clock.now() - timedelta(days=31 * settings.AUDIT_MONTHS)
    seal = AuditSeal.objects.filter(at__lt=limit, whole=True, signature__isnull=False).order_by("-id").first()
    last = audit.last_cut()
    if seal is None or seal.key is None or seal.signature is None or (last and last.seal >= seal.pk):
        return None
    if not signing.seal_is_signed(seal.key, seal.signature, bytes(seal.hash)):
        return None  # the nightly verification says so; nothing is cut on its word
    before = AuditSeal.objects.filter(pk__lt=seal.pk).order_by("-id").first()
    return AuditCut.objects.create(
        at=clock.now(),
        seal=seal.pk,
        sealed_at=seal.at,
        previous=bytes(before.hash) if before else audit.GENESIS,
        heads=seal.heads,
        key=seal.key,
        signature=bytes(seal.signature),
    )


def export(
    *, chain: str = "", first: int = 1, last: int | None = None, by: Actor | None = None
) -> Iterator[bytes]:
    """The lines of a file with the entries ``first`` to ``last`` of a chain, or with all chains whole; signed.

    By an auditor from a page (at most 20,000 entries), or by the owner from the command line (``by`` None).
    """
    rows = AuditEntry.objects.order_by("chain", "seq")
    if chain:
        rows = rows.filter(chain=chain, seq__gte=first)
        rows = rows if last is None else rows.filter(seq__lte=last)
    if by is not None:
        by.require("access.audit_export")
        if not chain or rows[: AT_ONCE + 1].count() > AT_ONCE:
            raise Refused(
                _(
                    "A page exports at most %(most)s entries of one chain. Choose fewer, or use “lianglin audit export”."
                )
                % {"most": AT_ONCE},
                field="last",
            )
    if not rows.exists():
        raise Refused(_("There are no such entries. Look at the list of chains."), field="first")
    number, private = signing.newest()
    about = {"city": settings.CITY_NAME, "made_at": clock.now().isoformat(), "chain": chain or "*"}
    return anchors.export(_linked(rows), about=about, private=private, key=number, seal=_seal())


def _linked(rows: QuerySet[AuditEntry]) -> Iterator[tuple[bytes, anchors.Entry]]:
    """Each entry with the hash it was linked to."""
    chain, previous = "", b""
    for row in rows.iterator(chunk_size=5000):
        if row.chain != chain:
            chain = row.chain
            before = AuditEntry.objects.filter(chain=chain, seq=row.seq - 1).first()
            previous = bytes(before.hash) if before else _before_first(chain, row.seq)
        yield previous, anchors.Entry(chain, row.seq, bytes(row.body), bytes(row.hash))
        previous = bytes(row.hash)


def _before_first(chain: str, seq: int) -> bytes:
    cut = audit.last_cut()
    held = cut.heads.get(chain) if cut else None
    return bytes.fromhex(held[1]) if held and held[0] == seq - 1 else audit.GENESIS


def _seal() -> dict[str, object] | None:
    seal = AuditSeal.objects.order_by("-id").first()
    if seal is None:
        return None
    return {
        "number": seal.pk,
        "at": seal.at.isoformat(),
        "root": bytes(seal.root).hex(),
        "hash": bytes(seal.hash).hex(),
    }

"""The auditor's screen: verifications, seals, cuts, one entry opened, export of a range."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access import audit
from lianglin.access.again import recently_proved
from lianglin.access.gate import acting, in_post
from lianglin.access.governance import signing, upkeep
from lianglin.access.governance.anchors import link
from lianglin.access.governance.audit_forms import ExportForm
from lianglin.access.governance.views.shared import refuse, show
from lianglin.access.models import AuditCheck, AuditCut, AuditEntry, AuditSeal
from lianglin.kit.errors import HouseError
from lianglin.kit.ids import row_number
from lianglin.kit.paging import page


@require_GET
@in_post("access.audit")
def checks(request: HttpRequest) -> HttpResponse:
    """Every verification: what was looked at, the result, how long it took."""
    found = page(AuditCheck.objects.all(), "-id", cursor=request.GET.get("cursor", ""))
    rows = [{"check": row, "seconds": (row.ended_at - row.begun_at).total_seconds()} for row in found.rows]
    cuts = list(AuditCut.objects.defer("heads").order_by("-id")[:10])
    return show(request, "checks", page=found, rows=rows, cuts=cuts)


@require_GET
@in_post("access.audit")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """One verification with the places that did not fit; each opens."""
    found = AuditCheck.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    rows = [
        {"chain": chain, "seq": seq, "what": what, "opens": chain != "seals"}
        for chain, seq, what in found.found
    ]
    return show(request, "check", check=found, rows=rows, more=found.findings - len(rows))


@require_GET
@in_post("access.audit")
def seals(request: HttpRequest) -> HttpResponse:
    """The seals with their signatures."""
    found = page(AuditSeal.objects.defer("heads"), "-id", cursor=request.GET.get("cursor", ""), size=30)
    rows = [
        {
            "seal": row,
            "hash": bytes(row.hash).hex(),
            "signed": signing.seal_is_signed(row.key, row.signature, bytes(row.hash)),
        }
        for row in found.rows
    ]
    keys = [{"number": number, "public": key.hex()} for number, key in sorted(signing.public_keys().items())]
    return show(request, "seals", page=found, rows=rows, keys=keys)


@require_GET
@in_post("access.audit")
def entry(request: HttpRequest) -> HttpResponse:
    """One entry as it is stored, the hash it has and the one it should have."""
    chain, number = request.GET.get("chain", "")[:12], request.GET.get("seq", "")
    seq = row_number(number)
    if "\0" in chain:
        raise Http404
    near = {row.seq: row for row in AuditEntry.objects.filter(chain=chain, seq__in=(seq - 1, seq, seq + 1))}
    found, before = near.get(seq), near.get(seq - 1)
    if found is None and not near:
        raise Http404
    previous = bytes(before.hash) if before else _cut_before(chain, seq)
    expected = link(previous, seq, bytes(found.body)) if found and previous is not None else None
    context = {
        "chain": chain,
        "seq": seq,
        "entry": found,
        "fields": _fields(bytes(found.body)) if found else [],
        "stored": bytes(found.hash).hex() if found else "",
        "expected": expected.hex() if expected else "",
        "previous": previous.hex() if previous else "",
        "fits": found is not None and expected == bytes(found.hash),
        "newer": seq + 1 if seq + 1 in near else None,
        "older": seq - 1 if seq - 1 in near else None,
    }
    return show(request, "entry", **context)


def _cut_before(chain: str, seq: int) -> bytes | None:
    """The hash before the first entry there is: of nothing, or of the last one that was cut."""
    if seq == 1:
        return audit.GENESIS
    cut = audit.last_cut()
    held = cut.heads.get(chain) if cut else None
    return bytes.fromhex(held[1]) if held and held[0] == seq - 1 else None


def _fields(body: bytes) -> list[tuple[Any, Any]]:
    """The body's values by their names; as it stands where it is none of ours."""
    words = {
        "at": _("time"), "post": _("post"), "role": _("role"), "verb": _("what was done"), "subject": _("kind of record"),
        "id": _("number"), "digest": _("digest of the values"), "under": _("under"),
    }  # fmt: skip
    try:
        value = json.loads(body)
        return [(words.get(name, name), value[name]) for name in sorted(value, key=list(words).index)]
    except (ValueError, TypeError, AttributeError):
        return [(_("unreadable"), body[:400].decode(errors="replace"))]


@require_http_methods(["GET", "POST"])
@in_post("access.audit_export")
@recently_proved
def export(request: HttpRequest) -> HttpResponse:
    """A range of one chain as a file with a signed anchor; that it was exported is audited."""
    form, status = (
        ExportForm(request.POST or None, initial={"chain": request.GET.get("chain", "city")[:12]}),
        200,
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                content = b"".join(upkeep.export(**given, by=acting(request)))
            except HouseError as error:
                status = refuse(form, error)
            else:
                audit.record("access.audit_exported", "access.AuditHead", given["chain"], values=given)
                answer = HttpResponse(content, content_type="application/jsonl")
                answer["Content-Disposition"] = f'attachment; filename="audit-{given["chain"]}.jsonl"'
                return answer
    return show(request, "export", status, form=form, can_sign=signing.can_sign())

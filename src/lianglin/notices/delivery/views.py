"""What did not arrive, counts of what went out, and letters to print and hand over."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, status_of
from lianglin.kit import paging
from lianglin.kit.domain import Text
from lianglin.kit.errors import Missing
from lianglin.notices.channels import Channel
from lianglin.notices.delivery import actions, queries, receipts, slips, words
from lianglin.notices.delivery.forms import LISTED, NarrowForm, SeeToForm
from lianglin.notices.models import Delivery, Letter

SEE_TO, PRINT, COUNT = actions.SEE_TO, actions.PRINT, "notices.sending"


def case_address(case_id: int | None) -> str:
    """Where the case of a message opens; "" for none."""
    return reverse("cases:go", args=[case_id]) if case_id is not None else ""


@require_GET
@in_post(SEE_TO)
def undelivered(request: HttpRequest) -> HttpResponse:
    """What did not arrive in the own area and nobody has seen to, the newest first."""
    actor, asked = acting(request), request.GET.get("channel", "")
    channel = asked if asked in {one.value for one in LISTED} else ""
    found = paging.page(
        queries.undelivered(actor, channel), "-id", cursor=request.GET.get("cursor", ""), size=25
    )
    context = {
        "page": found,
        "rows": _shown(found.rows, actor),
        "form": NarrowForm(initial={"channel": channel}),
        "channel": channel,
        "here": f"channel={channel}" if channel else "",
        "may_print": actor.may(PRINT),
    }
    return render(request, "notices/delivery/undelivered.html", context)


def _shown(rows: list[Delivery], actor: Actor) -> list[dict[str, Any]]:
    masked, kept = queries.masked(rows, actor), queries.kept(rows)
    return [
        {
            **words.shown(row, masked.get(row.pk, ""), again=kept.get(row.key, False)),
            "case_url": case_address(row.case_id),
            "paper": row.channel in (Channel.SMS, Channel.EMAIL)
            and row.case_id is not None
            and row.key in kept,
        }
        for row in rows
    ]


@require_http_methods(["GET", "POST"])
@in_post(SEE_TO)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One message that did not arrive: why, and what can be done."""
    actor = acting(request)
    row = queries.visible(actor).filter(pk=pk).select_related("post").first()
    if row is None:
        raise Http404
    form = SeeToForm(request.POST if request.method == "POST" else None)
    onward = reverse("notices:undelivered")
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.see_to(by=actor, delivery_id=pk, answer=form.cleaned_data["answer"]),
        _("Noted. It is off the list."),
        onward,
        once=True,
    )
    context = {**_shown([row], actor)[0], "form": form, "may_print": actor.may(PRINT)}
    return answer or render(request, "notices/delivery/one.html", context, status=status_of(form))


@require_POST
@in_post(SEE_TO)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends it once more."""
    actor = acting(request)
    onward = reverse("notices:undelivered")
    return pressed(
        request, lambda: actions.send_again(by=actor, delivery_id=pk), _("It is being sent again."), onward
    )


@require_POST
@in_post(PRINT)
def put_on_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Lays it out as a printed notice."""
    actor = acting(request)
    made: list[Letter] = []
    said = _("It lies among the notices to print.")
    onward = reverse("notices:letters")
    answer = pressed(
        request, lambda: made.append(actions.put_on_paper(by=actor, delivery_id=pk)), said, onward
    )
    if not made:  # why not is said where the other ways stand
        answer["Location"] = reverse("notices:undelivered_one", args=[pk])
    return answer


@require_GET
@in_post(COUNT)
def sending(request: HttpRequest) -> HttpResponse:
    """How much went out and failed by day and channel, and why; no address, no place, nobody's message.

    A state that no message of these days came to has no column.
    """
    days = queries.by_day()
    seen = {state for day in days for state in day.counts}
    states = [(one.value, one.label) for one in Delivery.State if one.value in seen]
    rows = [
        {"day": day.day, "channel": Channel(day.channel).label, "counts": _counted(day.counts, states)}
        for day in days
    ]
    reasons = [
        {"channel": Channel(channel).label, "reason": words.reason(code), "code": code, "n": n}
        for channel, code, n in queries.reasons()
    ]
    return render(
        request, "notices/delivery/sending.html", {"rows": rows, "states": states, "reasons": reasons}
    )


def _counted(counts: dict[str, int], states: list[tuple[str, Text]]) -> list[tuple[Text, int]]:
    return [(label, counts.get(state, 0)) for state, label in states]


# --- letters -----------------------------------------------------------------------------------------------


@require_GET
@in_post(PRINT)
def letters(request: HttpRequest) -> HttpResponse:
    """The notices that wait to be printed or handed over, the newest first."""
    actor = acting(request)
    found = paging.page(queries.letters(actor), "-pk", cursor=request.GET.get("cursor", ""), size=50)
    rows = [
        {
            "letter": one,
            "label": words.kind_of(one.delivery.code),
            "tone": words.TONES[words.State(one.delivery.state)],
            "case_url": case_address(one.case_id),
        }
        for one in found.rows
    ]
    waiting = any(row["letter"].delivery.state == Delivery.State.TO_PRINT for row in rows)
    return render(request, "notices/delivery/letters.html", {"page": found, "rows": rows, "waiting": waiting})


@require_POST
@in_post(PRINT)
def deal(request: HttpRequest) -> HttpResponse:
    """What was ticked is printed in one batch, or marked as handed over by this post."""
    actor, ids = acting(request), _ticked(request)
    here = reverse("notices:letters")
    if request.POST.get("do") == "hand_over":
        return pressed(
            request, lambda: actions.hand_over(by=actor, ids=ids), _("Marked as handed over."), here
        )
    onward = f"{reverse('notices:letters_pdf')}?{urlencode([('letter', pk) for pk in ids])}"
    said = ngettext(
        "One notice is marked as printed. The paper opens as a PDF.",
        "%(n)s notices are marked as printed. The paper opens as a PDF.",
        len(ids),
    ) % {"n": len(ids)}
    marked: list[int] = []
    answer = pressed(request, lambda: marked.append(actions.printed(by=actor, ids=ids)), said, onward)
    if not marked:  # no paper of what is not marked; why not is said above the list
        answer["Location"] = here
    return answer


def _ticked(request: HttpRequest) -> list[int]:
    source = request.POST if request.method == "POST" else request.GET
    given = source.getlist("letter")[: actions.BATCH + 1]
    return [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19]


@never_cache
@require_GET
@in_post(PRINT)
def letters_pdf(request: HttpRequest) -> HttpResponse:
    """The paper of the notices that ``?letter=`` names, one to a page; reading it again changes nothing."""
    actor, ids = acting(request), _ticked(request)[: actions.BATCH]
    seen = Letter.objects.visible_to(actor, purpose=actor.work_purpose).select_related("delivery")
    found = list(seen.filter(pk__in=ids).order_by("pk"))
    if not found:
        raise Missing(_("There is no such notice in the area of your current post."))
    response = HttpResponse(slips.pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="notices.pdf"'
    return response


routes: list[URLPattern] = [
    path("undelivered/", undelivered, name="undelivered"),
    path("undelivered/<int:pk>/", one, name="undelivered_one"),
    path("undelivered/<int:pk>/again/", send_again, name="undelivered_again"),
    path("undelivered/<int:pk>/paper/", put_on_paper, name="undelivered_paper"),
    path("sending/", sending, name="sending"),
    path("letters/", letters, name="letters"),
    path("letters/do/", deal, name="letters_do"),
    path("letters/notices.pdf", letters_pdf, name="letters_pdf"),
    path("receipts/sms/", receipts.sms, name="sms_receipt"),
]

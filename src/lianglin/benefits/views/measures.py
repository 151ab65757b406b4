"""Measures at the desk: the list by state, a version with its steps, the editor with every problem beside its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, status_of, step
from lianglin.benefits.actions import measures as actions
from lianglin.benefits.actions import reviewing as counting
from lianglin.benefits.actions.measures import Saved
from lianglin.benefits.forms.measures import RemarkForm, SourceForm
from lianglin.benefits.models import MeasureVersion
from lianglin.benefits.queries import checking, differing
from lianglin.benefits.queries import measures as queries
from lianglin.benefits.rules import life
from lianglin.benefits.views import measure_words as words
from lianglin.benefits.views import reviewing
from lianglin.kit import clock, paging
from lianglin.kit.errors import Conflict

TEMPLATE = """编号: new-measure
名称:
英文名:
主管部门:
对象: 个人
分组: [其他]
卫生: 否
依据:
  - {文件: , 条: , 链接: "", 原文: }
有效: {自: , 至: }
复核:
条件:
  - {名: , 英: , 式: , 性质: 不可变, 证明: , 去哪办: 社区}
待遇: {说明: , 英: }
材料: [居民身份证]
去哪申请:
样例:
  - {名: 符合, 日期: , 成员: [{}], 结果: 可能符合}
  - {名: 不符合, 日期: , 成员: [{}], 结果: 不符合, 未满足: []}
  - {名: 还不知道, 日期: , 成员: [{}], 结果: 待核实, 待核: []}
"""
"""How a new measure begins: every key of a measure's file, still empty."""


@require_GET
@in_post(life.READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The versions of one tab."""
    only = request.GET.get("list", "in_force")
    only = only if only in queries.LISTS else "in_force"
    keys = queries.KEYS.get(only, ("name", "id"))
    found = paging.page(queries.versions(only), *keys, cursor=request.GET.get("cursor", ""), size=30)
    here, many = reverse("benefits:measures"), queries.counts()
    labels = {state.value: str(state.label) for state in MeasureVersion.State}
    labels |= {queries.REVIEW: _("to be reviewed"), queries.LAPSING: _("lapses soon")}
    context = {
        "page": found,
        "rows": [{"version": one, "warnings": words.warning_words(one)} for one in found.rows],
        "tabs": [
            {
                "label": labels[name],
                "url": f"{here}?list={name}",
                "current": name == only,
                "count": many[name],
            }
            for name in queries.LISTS
        ],
        "only": only,
        "may_draft": acting(request).may(life.DRAFT),
    }
    return render(request, "benefits/measures/list.html", context)


def _found(pk: int) -> MeasureVersion:
    version = queries.version(pk)
    if version is None:
        raise Http404
    return version


@require_http_methods(["GET", "POST"])
@in_post(life.READ)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its text and problems, what it changes, its steps; the next step is taken here."""
    actor, version = acting(request), _found(pk)
    form = RemarkForm(request.POST if request.method == "POST" else None)
    verb = request.POST.get("do", "")
    if request.method == "POST":
        if verb not in _DEEDS:
            raise Http404
        act, said = _DEEDS[verb]
        answer = done(
            request,
            form,
            lambda: act(pk, actor, form.cleaned_data["note"]),
            str(said()),
            reverse("benefits:measure_version", args=[pk]),
        )
        if answer is not None:
            return answer
    context = {**_context(actor, version), "form": form}
    return render(request, "benefits/measures/version.html", context, status=status_of(form))


_Deed = tuple[Callable[[int, Actor, str], Any], Callable[[], str]]
_DEEDS: dict[str, _Deed] = {
    "check_legally": (
        lambda pk, by, note: actions.check_legally(pk, by=by, note=note),
        lambda: _("Found in order. A second person approves it next."),
    ),
    "send_back_legal": (
        lambda pk, by, note: actions.send_back_legal(pk, by=by, note=note),
        lambda: _("Sent back to its author."),
    ),
    "approve": (
        lambda pk, by, note: actions.approve(pk, by=by, note=note),
        lambda: _("Approved. It holds from its first day on."),
    ),
    "send_back": (
        lambda pk, by, note: actions.send_back(pk, by=by, note=note),
        lambda: _("Sent back to its author."),
    ),
    "drop": (lambda pk, by, note: actions.drop(pk, by=by, note=note), lambda: _("Dropped.")),
    "withdraw": (
        lambda pk, by, note: actions.withdraw(pk, by=by, note=note),
        lambda: _("The approval is taken back."),
    ),
}


def _context(actor: Actor, version: MeasureVersion) -> dict[str, Any]:
    report = checking.check(version.measure.code, version.source, on=max(version.valid_from, clock.today()))
    standing = queries.standing(version.measure_id)
    compared = standing if standing is not None and standing.pk != version.pk else None
    mine = actor.account_id in version.writers
    deeds = [
        verb
        for verb in _DEEDS
        if life.may(version.state, verb)
        and actor.may(life.STEPS[verb].duty)
        and not (mine and life.STEPS[verb].not_by_writers)
    ]
    return {
        **reviewing.context_of(version),
        "cases": reviewing.cases_of(version) if compared else [],
        "tone": words.TONES[version.state],
        "warnings": words.warning_words(version) if version.state == "in_force" else [],
        "report": report,
        "problems": words.problem_words(report.problems),
        "elsewhere": words.problem_words(report.elsewhere, path=True),
        "failures": words.failure_words(report),
        "lines": words.lines_of(version.source, report),
        "compared": compared,
        "difference": differing.lines(compared.source, version.source) if compared else [],
        "steps": words.steps_of(version, queries.names_of(version)),
        "history": queries.history(version.measure, public=False),
        "deeds": deeds,
        "mine": mine and version.state in ("legal_check", "checked"),
        "may_write": version.state == "draft" and actor.may(life.DRAFT),
        "may_send": version.state == "draft" and actor.may(life.DRAFT) and report.sound,
        "may_amend": version.state in life.STOOD
        and actor.may(life.DRAFT)
        and queries.on_its_way(version.measure_id) is None,
    }


@require_http_methods(["GET", "POST"])
@in_post(life.DRAFT)
def new(request: HttpRequest) -> HttpResponse:
    """Begins a measure."""
    actor = acting(request)
    form = SourceForm(
        request.POST if request.method == "POST" else None, new=True, initial={"source": TEMPLATE, "code": ""}
    )

    def act() -> Saved:
        return actions.draft_measure(
            by=actor, source=form.cleaned_data["source"], code=form.cleaned_data["code"]
        )

    answer = form.is_bound and done(request, form, act, _said, _onward)
    context = {"form": form, "version": None, "vocabulary": words.vocabulary()}
    return answer or render(request, "benefits/measures/edit.html", context, status=status_of(form))


def _said(saved: Saved) -> str:
    if saved.report.sound:
        return _("Saved. It reads well, and every example comes out.")
    return _("Saved as it is. What is still wrong stands beside the text.")


def _onward(saved: Saved) -> str:
    return reverse("benefits:measure_edit", args=[saved.version.pk])


@require_http_methods(["GET", "POST"])
@in_post(life.DRAFT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes a draft anew. Who saves over somebody else's change is shown both texts, and loses nothing."""
    actor, version = acting(request), _found(pk)
    if version.state != "draft":
        return step(reverse("benefits:measure_version", args=[pk]))
    initial = {"source": version.source, "revision": version.revision}
    form = SourceForm(request.POST if request.method == "POST" else None, initial=initial)

    def act() -> Saved:
        given = form.cleaned_data
        saved = actions.write(pk, by=actor, revision=given["revision"] or 0, source=given["source"])
        if saved.report.sound:
            counting.ask(pk, by=actor)
        return saved

    answer = form.is_bound and done(request, form, act, _said, _onward)
    if answer:
        return answer
    version.refresh_from_db()
    clash = isinstance(getattr(form, "refused", None), Conflict)
    context = {
        "form": form,
        "version": version,
        "clash": clash,
        "theirs": [],
        "vocabulary": words.vocabulary(),
    }
    if clash:  # the next save is meant to replace what was compared here
        context["theirs"] = differing.lines(version.source, str(form["source"].value()).replace("\r\n", "\n"))
        form.data = form.data.copy()
        form.data["revision"] = str(version.revision)
    else:
        report = checking.check(
            version.measure.code, version.source, on=max(version.valid_from, clock.today())
        )
        context |= {
            "report": report,
            "problems": words.problem_words(report.problems),
            "elsewhere": words.problem_words(report.elsewhere, path=True),
            "failures": words.failure_words(report),
            **reviewing.context_of(version),
        }
    return render(request, "benefits/measures/edit.html", context, status=status_of(form))


@require_POST
@in_post(life.DRAFT)
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a draft before legal affairs."""
    actor, version = acting(request), _found(pk)
    given = request.POST.get("revision", "")
    revision = int(given) if given.isdecimal() and len(given) < 10 else version.revision
    here = reverse("benefits:measure_version", args=[pk])
    return pressed(
        request,
        lambda: actions.send_to_legal(pk, by=actor, revision=revision),
        _("It is with legal affairs now."),
        here,
    )


@require_POST
@in_post(life.DRAFT)
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins the next version of a measure from this one."""
    actor, version = acting(request), _found(pk)
    made: list[Saved] = []
    answer = pressed(
        request,
        lambda: made.append(actions.amend(version.measure_id, by=actor)),
        _("The next version is begun. The one in force stays until it is replaced."),
        reverse("benefits:measure_version", args=[pk]),
    )
    return step(_onward(made[0])) if made else answer

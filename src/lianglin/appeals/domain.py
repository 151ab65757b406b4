"""The appeals domain: what it plugs into the house."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.appeals.queries import problem_indicators
from lianglin.appeals.queries.indicators import INDICATORS, ROWS
from lianglin.appeals.queries.problem_guards import GUARDS as PROBLEM_GUARDS
from lianglin.appeals.queries.report import REPORT
from lianglin.appeals.rules import LIFECYCLE, clock_notices, intake
from lianglin.appeals.rules import clocks_part as clocks
from lianglin.appeals.rules import desk_part as desk
from lianglin.appeals.rules import dispatch_part as dispatch
from lianglin.appeals.rules import open_manifest as public
from lianglin.appeals.rules import problems_part as problems
from lianglin.appeals.rules import similarity_guards as similarity
from lianglin.appeals.rules.errands import ERRANDS
from lianglin.appeals.rules.notices import NOTICES
from lianglin.cases.domain import case_roles
from lianglin.kit.domain import (
    Access,
    Answer,
    Domain,
    Duty,
    Follows,
    Guard,
    InScope,
    Listener,
    Nightly,
    Panel,
    Personal,
    Retention,
    Subject,
    WorkList,
)
from lianglin.kit.events import CaseMoved, OpenAppeal

READ = {role: Access("S") for role in ("staff", "handler", "helper", "resident", "public", "job")}
_WORK, _REACH, _CLOSED = _("handle what was reported"), _("call the appellant back"), _("the case is closed")

DOMAIN = Domain(
    code="appeals",
    label=_("Appeals"),
    order=100,
    urls="lianglin.appeals.urls",
    path="appeals/",
    duties=(
        Duty("appeals.intake", _("record what residents report")),
        Duty("appeals.accept", _("accept, answer on the spot, refuse")),
        Duty("appeals.dispatch", _("dispatch, check answers, extend, merge")),
        Duty("appeals.handle", _("handle and answer orders")),
        Duty("appeals.call_back", _("call appellants back")),
        Duty("appeals.read", _("read appeals")),
        Duty("appeals.rules", _("draw up rules of dispatch")),
        Duty("appeals.approve_rules", _("approve rules of dispatch as the second person")),
        Duty("appeals.texts", _("write standard texts")),
        Duty("appeals.approve_texts", _("approve standard texts as the second person")),
        Duty("appeals.rule_exclusions", _("rule on what does not count in a rate")),
        *public.DUTIES,
        *problems.DUTIES,
        Duty("appeals.similarity", _("see to the model that finds similar appeals")),
        *clocks.DUTIES,
        *intake.DUTIES,
    ),
    role_duties={
        "community_worker": (
            "appeals.intake",
            "appeals.accept",
            "appeals.call_back",
            "appeals.read",
            *intake.ROLE_DUTIES["community_worker"],
        ),
        "street_coordinator": (
            "appeals.intake",
            "appeals.accept",
            "appeals.dispatch",
            "appeals.call_back",
            "appeals.read",
            "appeals.rules",
            "appeals.approve_rules",
            *public.ROLE_DUTIES["street_coordinator"],
            *problems.BOTH,
            *clocks.STREET,
            "appeals.texts",
            *intake.ROLE_DUTIES["street_coordinator"],
        ),
        "district_coordinator": (
            "appeals.read",
            "appeals.rules",
            "appeals.approve_rules",
            "appeals.texts",
            "appeals.approve_texts",
            "appeals.rule_exclusions",
            *public.ROLE_DUTIES["district_coordinator"],
            *problems.BOTH,
            *clocks.DISTRICT,
            *intake.ROLE_DUTIES["district_coordinator"],
        ),
        "city_coordinator": (
            "appeals.read",
            "appeals.rules",
            "appeals.approve_rules",
            "appeals.texts",
            "appeals.approve_texts",
            "appeals.rule_exclusions",
            *public.ROLE_DUTIES["district_coordinator"],
            *problems.BOTH,
            *clocks.DISTRICT,
            *intake.ROLE_DUTIES["district_coordinator"],
        ),
        "unit_handler": ("appeals.handle", "appeals.read"),
        "administrator": ("appeals.similarity",),
    },
    guards=(
        *public.GUARDS,
        *clocks.GUARDS,
        *intake.GUARDS,
        Guard("appeals.DispatchAdvice", {"staff": Access("SI", InScope()), "job": Access("S", InScope())}),
        Guard(
            "appeals.Appeal",
            case_roles("case_id", staff="SIU", handler="S", resident="SI", job="SU"),
            personal=True,
            neutral=(
                "item",
                "channel",
                "entity",
                "anonymous",
                "headcount",
                "language",
                "opened_at",
            ),
        ),
        Guard(
            "appeals.Appellant",
            case_roles("case_id", staff="SI", handler="", resident="SI", job="SUD"),
            personal=True,
            neutral=("confidential",),
        ),
        Guard(
            "appeals.CallBack",
            case_roles("case_id", staff="SI", handler="", resident="SI", job="SU"),
            personal=True,
            neutral=(
                "case",
                "at",
                "post",
                "organisation",
                "online",
                "reached",
                "result",
            ),
        ),
        *dispatch.GUARDS,
        *PROBLEM_GUARDS,
        *similarity.GUARDS,
    ),
    personal=(
        *dispatch.PERSONAL,
        *public.PERSONAL,
        *similarity.PERSONAL,
        *clocks.PERSONAL,
        *intake.PERSONAL,
        Personal(
            "appeals.Appeal.text", _("what was reported"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text"
        ),
        Personal(
            "appeals.Appellant.name",
            pgettext_lazy("person", "name"),
            _REACH,
            "statutory_duty",
            "P2Y",
            _CLOSED,
            "name",
        ),
        Personal("appeals.Appellant.phone", _("phone"), _REACH, "statutory_duty", "P2Y", _CLOSED, "phone"),
        Personal(
            "appeals.Appellant.phone_match",
            _("match key of the phone"),
            _("find repeats"),
            "statutory_duty",
            "P2Y",
            _CLOSED,
            "never",
        ),
        Personal(
            "appeals.Appellant.resident_id",
            _("resident who was logged in"),
            _("show people their own matters"),
            "statutory_duty",
            "P2Y",
            _CLOSED,
            "never",
        ),
        Personal("appeals.CallBack.solved", _("solved"), _REACH, "statutory_duty", "P5Y", _CLOSED, "none"),
        Personal("appeals.CallBack.grade", _("grade"), _REACH, "statutory_duty", "P5Y", _CLOSED, "none"),
        Personal("appeals.CallBack.note", _("note"), _REACH, "statutory_duty", "P5Y", _CLOSED, "text"),
    ),
    retention=(
        *dispatch.RETENTION,
        *public.RETENTION,
        *similarity.RETENTION,
        *clocks.RETENTION,
        *intake.RETENTION,
        Retention("appeals.Appellant", "P2Y", "case__closed_at", "erase"),
        Retention("appeals.Appeal", "P5Y", "case__closed_at", "tombstone"),
        Retention("appeals.CallBack", "P5Y", "case__closed_at", "tombstone"),
    ),
    subjects=(
        *dispatch.SUBJECTS,
        *public.SUBJECTS,
        *similarity.SUBJECTS,
        *clocks.SUBJECTS,
        *intake.SUBJECTS,
        Subject("appeals.Appeal", "case_id", "case"),
        Subject("appeals.Appellant", "case_id", "case"),
        Subject("appeals.Appellant", "resident_id", "resident", erasable=False),  # goes with its matter
        Subject("appeals.CallBack", "case_id", "case"),
    ),
    follows=(Follows("appeals.Appellant", open="the person's own matter goes on"),),
    assess=("sensitive", "sharing"),
    lifecycles=(LIFECYCLE, *clocks.LIFECYCLES),
    indicators=INDICATORS + problem_indicators.INDICATORS,
    reports=(REPORT,),
    rows=ROWS + problem_indicators.ROWS,
    listeners=(
        *intake.LISTENERS,
        Listener(CaseMoved, "lianglin.appeals.tasks:refresh_figures"),
        Listener(CaseMoved, "lianglin.appeals.tasks:lead_followers"),
        Listener(CaseMoved, "lianglin.appeals.tasks:close_orders"),
        Listener(CaseMoved, "lianglin.appeals.tasks:call_unit_out"),
        Listener(CaseMoved, "lianglin.appeals.tasks:follow_up_grades"),
        Listener(CaseMoved, "lianglin.appeals.tasks.telling:tell_appellant"),
        Listener(CaseMoved, "lianglin.appeals.tasks.telling:tell_posts"),
        Listener(CaseMoved, "lianglin.appeals.tasks:follow_publication"),
        Listener(CaseMoved, "lianglin.appeals.tasks.telling:tell_petitioner"),
    ),
    lists=(
        WorkList(
            "appeals.desk", _("Appeals"), "appeals:desk", "appeals.read", "lianglin.appeals.views.listing"
        ),
        *clocks.LISTS,
    ),
    errands=ERRANDS,
    notices=(*NOTICES, *public.NOTICES, *clock_notices.NOTICES),
    api="lianglin.appeals.api:router",
    answers=(Answer(OpenAppeal, "lianglin.appeals.actions:open_for"),),
    navigation=(
        *clocks.NAVIGATION,
        *intake.NAVIGATION,
        *desk.NAVIGATION,
        *problems.NAVIGATION,
        *public.NAVIGATION,
    ),
    panels=(
        Panel("home", "appeals/public/_begun.html", "lianglin.appeals.views.public.later:panel", 10),
        Panel("me", "appeals/public/_begun.html", "lianglin.appeals.views.public.later:panel", 5),
        Panel("me", "appeals/public/_matters.html", "lianglin.appeals.views.matters:panel", 10),
    ),
    database=(
        "lianglin.appeals.queries.alike:install",
        "lianglin.appeals.queries.own:install",
        "lianglin.appeals.queries.rating:install",
        "lianglin.appeals.queries.frozen:install",
        "lianglin.appeals.queries.publication:install",
        "lianglin.appeals.queries.open_requests:install",
        "lianglin.appeals.queries.problem_counts:install",
    ),
    seed="lianglin.appeals.seed.load:seed",
    wakes="lianglin.appeals.seed.load:see_to_similarity",
    nightly=(
        Nightly(_("the similar appeals"), "lianglin.appeals.tasks.nights:FIT_WORK", 50),
        Nightly(_("the open figures"), "lianglin.appeals.tasks.nights:OPEN_FIGURES", 64),
    ),
)

"""Each figure of appeals says what its definition promises, and opens into exactly the cases it counts."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from io import BytesIO
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from lianglin.access.actor import job, resident
from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.queries import figures
from lianglin.appeals.queries.indicators import INDICATORS
from lianglin.appeals.tasks import refresh_figures
from lianglin.cases.models import Case, Clock
from lianglin.indicators import actions as indicators
from lianglin.indicators import queries
from lianglin.indicators.models import IndicatorValue
from lianglin.indicators.rules import Counts, tenth
from lianglin.kit import calendar, clock, discovery
from lianglin.kit.events import CaseMoved
from lianglin.kit.period import Period

from . import figures_city
from .figures_city import BESIDE, ELSEWHERE, HERE, STREET, City, at, number, on

OCTOBER, NOVEMBER = Period.month(2026, 10), Period.month(2026, 11)
END = "2026-11-27 16:00"


@pytest.fixture
def city(db: None) -> Iterator[City]:
    made = figures_city.build()
    with at(on(END)):
        yield made


def counted(code: str, prefix: str = HERE, month: Period = NOVEMBER, member: str = "") -> Counts:
    """The figure, computed from the rows just now."""
    indicators.refresh(by=job(), codes=[], span=Period(OCTOBER.start, NOVEMBER.end))
    found = queries.sums(prefix, [([discovery.indicators()[code]], [month.start])], members=True)
    return found.of(discovery.indicators()[code], month.start, member)


def listed(
    city: City, code: str, part: str, name: str = "street", month: Period = NOVEMBER, member: str = ""
) -> list[int]:
    """Ids of the cases that the figure opens into, for a post."""
    actor = city.actors[name]
    with acting(actor):
        rows = discovery.resolve(discovery.indicators()[code].rows)(
            code, actor, actor.low, month, part, member
        )
        return sorted(getattr(row, "case", row).pk for row in rows)


# --- settled -----------------------------------------------------------------------------------------------


@pytest.mark.rows("R058", "R050")
def test_settling_moves_the_rate_at_once_and_opens_down_to_that_very_case(city: City) -> None:
    case = city.report("2026-11-23 09:00")
    city.dispatch(case, "2026-11-23 10:00")
    assert counted("appeals.settled") == Counts(0, 0)
    city.settle(case, "2026-11-24 15:00")
    assert counted("appeals.settled") == Counts(1, 1)
    assert counted("appeals.on_time") == Counts(1, 1)
    assert listed(city, "appeals.settled", "numerator") == [case]


@pytest.mark.rows("R058")
def test_what_fell_due_unsettled_counts_in_the_month_of_its_limit(city: City) -> None:
    case = city.report("2026-10-26 09:00")
    city.dispatch(case, "2026-10-26 10:00")  # five working days: due on 2 November
    assert counted("appeals.settled", month=OCTOBER) == Counts(0, 0)
    assert counted("appeals.settled") == Counts(0, 1)
    assert listed(city, "appeals.settled", "rest") == [case]


@pytest.mark.rows("R050", "R058")
def test_one_settled_late_but_within_the_month_is_settled_and_not_on_time(city: City) -> None:
    case = city.report("2026-10-12 09:00")
    city.dispatch(case, "2026-10-12 10:00")
    city.settle(case, "2026-10-28 10:00")
    assert counted("appeals.settled", month=OCTOBER) == Counts(1, 1)
    assert counted("appeals.on_time", month=OCTOBER) == Counts(0, 1)
    assert listed(city, "appeals.on_time", "rest", month=OCTOBER) == [case]


@pytest.mark.rows("R058")
def test_one_settled_in_a_later_month_stays_unsettled_in_the_month_it_fell_due(city: City) -> None:
    case = city.report("2026-10-20 09:00")
    city.dispatch(case, "2026-10-20 10:00")
    city.settle(case, "2026-11-10 10:00")
    assert counted("appeals.settled", month=OCTOBER) == Counts(0, 1)
    assert counted("appeals.settled") == Counts(0, 0)
    assert listed(city, "appeals.settled", "rest", month=OCTOBER) == [case]


def test_what_is_not_yet_due_counts_nowhere(city: City) -> None:
    city.dispatch(city.report("2026-11-26 09:00"), "2026-11-26 10:00")
    assert counted("appeals.settled") == Counts(0, 0)


@pytest.mark.rows("R058")
def test_lawful_endings_are_in_no_rate_and_stand_apart(city: City) -> None:
    refused, passed, first, again, withdrawn = (city.report("2026-11-02 09:00") for _ in range(5))
    city.act("street", actions.refuse, refused, "2026-11-02 10:00", ground="other_procedure", note="请找法院")
    city.act("street", actions.redirect, passed, "2026-11-02 10:00", to="电力公司", note="已转电力公司")
    city.act("street", actions.merge, again, "2026-11-02 10:00", parent=Case._base_manager.get(pk=first))
    with at(on("2026-11-02 10:00")), acting(resident(withdrawn)) as holder:
        actions.withdraw(withdrawn, by=holder)
    assert counted("appeals.settled") == Counts(0, 1)  # the first one, never dispatched
    assert listed(city, "appeals.settled", "denominator") == [first]
    apart = {
        member: counted("appeals.ended_otherwise", member=member).numerator for member in figures.otherwise()
    }
    assert apart == {"refused": 1, "redirected": 1, "merged": 1, "withdrawn": 1}
    assert listed(city, "appeals.ended_otherwise", "numerator", member="merged") == [again]


def test_waiting_lawfully_is_not_due(city: City) -> None:
    case = city.report("2026-11-02 09:00")
    city.dispatch(case, "2026-11-02 10:00")
    city.act("unit", actions.take_on, case, "2026-11-02 11:00")
    city.act("unit", actions.pause, case, "2026-11-03 10:00", ground="season", note="等春天")
    assert counted("appeals.settled") == Counts(0, 0)
    assert counted("appeals.overdue") == Counts(0)


def test_an_extension_moves_the_limit(city: City) -> None:
    case = city.report("2026-10-26 09:00")
    city.dispatch(case, "2026-10-26 10:00")
    city.act("street", actions.extend, case, "2026-10-27 10:00", days=30, note="等配件")
    assert counted("appeals.settled") == Counts(0, 0)


# --- call-backs --------------------------------------------------------------------------------------------


@pytest.fixture
def heard(city: City) -> list[int]:
    """Four settled appeals: solved and graded 5, partly and 3, not solved and 1, nobody reached."""
    cases = []
    for solved, grade in (("yes", 5), ("partly", 3), ("no", 1), ("", None)):
        case = city.report("2026-11-09 09:00")
        city.dispatch(case, "2026-11-09 10:00")
        city.settle(case, "2026-11-10 10:00")
        city.call(case, "2026-11-11 10:00", solved, grade)
        cases.append(case)
    return cases


@pytest.mark.rows("R057")
def test_solved_is_what_the_appellant_says_of_the_valid_call_backs(city: City, heard: list[int]) -> None:
    assert counted("appeals.solved_rate") == Counts(1, 3)
    assert listed(city, "appeals.solved_rate", "numerator") == heard[:1]
    assert listed(city, "appeals.solved_rate", "rest") == heard[1:3]


def test_satisfied_is_the_top_three_of_five_grades(city: City, heard: list[int]) -> None:
    assert counted("appeals.satisfied") == Counts(2, 3)
    assert listed(city, "appeals.satisfied", "rest") == heard[2:3]


def test_reached_counts_calls_and_no_answers_on_the_page(city: City, heard: list[int]) -> None:
    case = city.report("2026-11-09 09:00")
    city.act("street", actions.answer_now, case, "2026-11-09 10:00", outcome="explained", note="已说明")
    with at(on("2026-11-10 10:00")), acting(resident(case)) as holder:
        actions.confirm(case, by=holder, solved="yes", grade=4)
    assert counted("appeals.reached") == Counts(3, 4)
    assert counted("appeals.solved_rate") == Counts(2, 4)


@pytest.mark.rows("R057")
def test_an_appeal_solved_at_the_second_try_is_solved_once(city: City, heard: list[int]) -> None:
    again = heard[2]
    city.dispatch(again, "2026-11-12 10:00")
    city.settle(again, "2026-11-13 10:00")
    city.call(again, "2026-11-16 10:00", "yes", 4)
    assert counted("appeals.solved") == Counts(2)
    assert counted("appeals.solved_rate") == Counts(2, 4)


@pytest.mark.rows("R061")
def test_handled_again_counts_the_appeals_that_came_back(city: City, heard: list[int]) -> None:
    assert counted("appeals.handled_again") == Counts(1, 4)
    assert listed(city, "appeals.handled_again", "numerator") == heard[2:3]
    assert len(listed(city, "appeals.handled_again", "rest")) == 3


@pytest.mark.rows("R057")
def test_solved_adds_up_over_all_months_until_the_asked_one(city: City) -> None:
    for start, month in (("2026-10-12", OCTOBER), ("2026-11-09", NOVEMBER)):
        case = city.report(f"{start} 09:00")
        city.act("street", actions.answer_now, case, f"{start} 10:00", outcome="solved", note="当场换了灯泡")
        city.call(case, f"{start} 11:00")
        assert counted("appeals.solved", month=month).numerator == (1 if month == OCTOBER else 2)
    assert queries.value("appeals.solved", HERE, NOVEMBER).counts == Counts(2)


# --- what came in, what is late, how fast --------------------------------------------------------------------


@pytest.mark.rows("R046", "R047", "R048", "R049")
def test_what_came_in_by_channel_field_kind_and_item(city: City) -> None:
    city.report("2026-11-02 09:00", item=city.item)
    city.report("2026-11-03 09:00", name="某商户", phone="15400000002", entity=True)
    city.report("2026-11-04 09:00", name="", phone="")
    assert counted("appeals.received") == Counts(3)
    assert counted("appeals.by_channel", member="web") == Counts(3)
    assert counted("appeals.by_field", member="01") == Counts(1)
    assert counted("appeals.by_field", member=figures.UNSORTED) == Counts(2)
    assert counted("appeals.by_item", member="010101") == Counts(1)
    kinds = [
        counted("appeals.by_appellant", member=kind).numerator for kind in ("resident", "entity", "anonymous")
    ]
    assert kinds == [1, 1, 1]
    assert len(listed(city, "appeals.by_appellant", "numerator", member="entity")) == 1
    assert set(figures.fields()) == {"01", figures.UNSORTED}


@pytest.mark.rows("R051")
def test_overdue_is_a_stock_now_and_at_the_end_of_each_month(city: City) -> None:
    late = city.report("2026-10-12 09:00")
    city.dispatch(late, "2026-10-12 10:00")  # due on 19 October
    never = city.report("2026-11-16 09:00")  # due for dispatch on the 17th
    assert counted("appeals.overdue", month=OCTOBER) == Counts(1)
    assert counted("appeals.overdue") == Counts(2)
    assert listed(city, "appeals.overdue", "numerator") == sorted([late, never])
    city.settle(late, "2026-11-20 10:00")
    city.call(late, "2026-11-20 11:00")
    assert counted("appeals.overdue", month=OCTOBER) == Counts(1)
    assert listed(city, "appeals.overdue", "numerator", month=OCTOBER) == [late]
    assert counted("appeals.overdue") == Counts(1)


def test_the_median_response_counts_office_hours_as_the_calendar_does(city: City) -> None:
    spans = [
        ("2026-11-02 09:00", "2026-11-02 16:30"),
        ("2026-11-06 16:00", "2026-11-09 08:45"),  # over a weekend
        ("2026-11-10 12:30", "2026-11-12 20:00"),  # from the midday break to after hours
        ("2026-11-14 03:00", "2026-11-16 09:30"),
    ]
    for opened, dispatched in spans:
        city.dispatch(city.report(opened), dispatched)
    city.report("2026-11-25 09:00")  # still without a response
    days = calendar.calendar()
    hours = [days.working_seconds(on(a), on(b)) / 3600 for a, b in spans]
    with acting(city.actors["street"]):
        figure = queries.value("appeals.response", STREET, NOVEMBER)
    assert figure.counts == Counts(4, 5)
    assert figure.amount == pytest.approx(median(hours), abs=0.051)


def test_a_median_is_read_for_each_place_anew(city: City) -> None:
    for opened, dispatched, where in (
        ("2026-11-02 09:00", "2026-11-02 10:00", HERE),
        ("2026-11-02 09:00", "2026-11-02 16:00", BESIDE),
        ("2026-11-02 09:00", "2026-11-02 16:00", BESIDE),
    ):
        city.dispatch(city.report(opened, where), dispatched)
    with acting(city.actors["street"]):
        read = queries.readings(discovery.indicators()["appeals.response"], STREET, NOVEMBER, 12)
    month = NOVEMBER.start
    assert {place: tenth(reading.value or 0) for (place, _m), reading in read.items()} == {
        STREET: 6.0,
        HERE: 1.0,
        BESIDE: 6.0,
    }
    assert read[STREET, month].numerator == 3


# --- agreement ---------------------------------------------------------------------------------------------


@pytest.fixture
def month_of_work(city: City, heard: list[int]) -> list[int]:
    """Appeals in every state, here, beside and elsewhere."""
    made = list(heard)
    for community in (HERE, BESIDE, ELSEWHERE):
        made.append(city.report("2026-11-03 09:00", community, item=city.item))
    late = city.report("2026-10-12 09:00", BESIDE)
    city.dispatch(late, "2026-10-12 10:00")
    city.settle(late, "2026-11-05 10:00")
    city.call(late, "2026-11-06 10:00", "no", 2)
    waiting = city.report("2026-10-28 09:00")
    city.dispatch(waiting, "2026-10-29 10:00")
    return [*made, late, waiting]


RATES = [i.code for i in INDICATORS if i.unit == "percent" and i.rows]
COUNTS = [
    i.code for i in INDICATORS if i.cells and i.unit != "percent" and not i.members and i.kind != "cumulative"
]


@pytest.mark.parametrize("code", RATES)
def test_a_rate_opens_into_exactly_its_two_counts(city: City, month_of_work: list[int], code: str) -> None:
    for month in (OCTOBER, NOVEMBER):
        counts = counted(code, STREET, month)
        parts = {part: listed(city, code, part, month=month) for part in ("numerator", "denominator", "rest")}
        assert Counts(len(parts["numerator"]), len(parts["denominator"])) == counts
        assert sorted(parts["numerator"] + parts["rest"]) == parts["denominator"]


@pytest.mark.parametrize("code", COUNTS)
def test_a_count_opens_into_exactly_its_cases(city: City, month_of_work: list[int], code: str) -> None:
    for month in (OCTOBER, NOVEMBER):
        assert len(listed(city, code, "numerator", month=month)) == counted(code, STREET, month).numerator


OTHERWISE = ("appeals.ended_otherwise", "appeals.left_out", "appeals.supervision_orders")
"""Figures in parts that are not parts of what came in."""


def test_parts_of_what_came_in_add_up_to_what_came_in(city: City, month_of_work: list[int]) -> None:
    received = counted("appeals.received", "")
    for indicator in INDICATORS:
        if indicator.members and indicator.code not in OTHERWISE:
            labels = discovery.resolve(indicator.members)()
            found = queries.sums("", [([indicator], [NOVEMBER.start])], members=True)
            assert sum(found.of(indicator, NOVEMBER.start, m).numerator for m in labels) == received.numerator


def _cells() -> set[tuple[object, ...]]:
    rows = IndicatorValue.objects.filter(indicator__startswith="appeals.").exclude(
        indicator="appeals.overdue"
    )
    return set(rows.values_list("indicator", "month", "scope_code", "member", "numerator", "denominator"))


def test_figures_refreshed_by_each_move_equal_figures_counted_anew(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A story with a reopening, told move by move to the listener, ends in the very cells of a rebuild."""
    told: list[CaseMoved] = []
    monkeypatch.setattr("lianglin.cases.actions.steps.publish", told.append)
    case = city.report("2026-10-20 09:00", item=city.item)
    city.dispatch(case, "2026-10-20 10:00")
    city.settle(case, "2026-11-02 10:00")
    city.call(case, "2026-11-03 10:00", "no", 1)
    city.dispatch(case, "2026-11-03 11:00")
    city.settle(case, "2026-11-20 10:00")
    city.call(case, "2026-11-23 10:00", "yes", 4)
    with acting(job()):
        for event in told:
            refresh_figures(event)
            refresh_figures(event)  # delivered twice
    by_events = _cells()
    assert len(by_events) > 10
    indicators.rebuild(by=job(), months=3)
    assert _cells() == by_events


def test_a_move_elsewhere_in_another_kind_of_case_changes_nothing(city: City) -> None:
    moved = CaseMoved(1, "visit", HERE, "open", "open", clock.now().isoformat(), clock.now().isoformat())
    with acting(job()), CaptureQueriesContext(connection) as asked:
        refresh_figures(moved)
    assert len(asked) == 0


# --- scope -------------------------------------------------------------------------------------------------


def test_nobody_opens_the_cases_of_another_area(city: City, month_of_work: list[int]) -> None:
    neighbour = city.actors["neighbour"]
    for code in (*RATES, *COUNTS):
        with acting(neighbour):
            assert not list(
                discovery.resolve(discovery.indicators()[code].rows)(
                    code, neighbour, STREET, NOVEMBER, "numerator"
                )
            )


def test_a_post_reads_the_figures_of_its_own_area_only(city: City, month_of_work: list[int]) -> None:
    whole = counted("appeals.received", "")
    with acting(city.actors["neighbour"]):
        assert queries.value("appeals.received", "", NOVEMBER).counts == Counts(1)
        response = queries.value("appeals.response", "", NOVEMBER)
    assert response.counts.denominator == 1
    assert whole.numerator > 1


# --- pages -------------------------------------------------------------------------------------------------


@pytest.mark.rows("R058")
def test_the_dashboard_opens_down_to_the_very_case(city: City) -> None:
    case = city.report("2026-11-23 09:00")
    city.dispatch(case, "2026-11-23 10:00")
    city.settle(case, "2026-11-24 15:00")
    indicators.rebuild(by=job(), months=14)
    browser = city.browser("street")
    page = browser.get("/figures/").content.decode()
    assert "100.0%" in page.replace('<span class="stat__unit">', "").replace("</span>", "")
    way = f"/figures/rows/appeals.settled/?place={STREET}&amp;month=2026-11"
    assert way in page
    assert number(case) in browser.get(way.replace("&amp;", "&")).content.decode()


def test_a_manager_sees_counts_and_no_cases(city: City, heard: list[int]) -> None:
    indicators.rebuild(by=job(), months=2)
    page = city.browser("manager").get("/figures/rows/appeals.solved_rate/?month=2026-11")
    assert page.status_code == 200
    assert not page.context["opened"]
    assert page.context["shown"].counts == Counts(1, 3)
    assert number(heard[0]) not in page.content.decode()


def statements(asked: CaptureQueriesContext) -> list[str]:
    """What a request asked of the database, without the savepoint that stands for its transaction in a test."""
    return [q["sql"][:90] for q in asked if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_every_list_answers_in_eight_statements(city: City, month_of_work: list[int]) -> None:
    indicators.rebuild(by=job(), months=2)
    browser = city.browser("street")
    browser.get("/work/")  # what waits is counted now, and kept for some seconds
    for code in (i.code for i in INDICATORS):
        for part in ("numerator", "denominator", "rest"):
            for place in (STREET, HERE):
                with CaptureQueriesContext(connection) as asked:
                    page = browser.get(f"/figures/rows/{code}/?place={place}&month=2026-11&part={part}")
                assert page.status_code == 200
                # a test's session has no login beside it, which costs one; what follows an item is read with it
                assert len(statements(asked)) <= 8, (code, statements(asked))


def test_the_dashboard_answers_in_ten_statements(city: City, month_of_work: list[int]) -> None:
    indicators.rebuild(by=job(), months=14)
    for name, places in (("manager", ("", "230103")), ("street", (STREET, HERE))):
        browser = city.browser(name)
        browser.get("/work/")  # what waits is counted now, and kept for some seconds
        for place in places:
            for code in ("appeals.settled", "appeals.response", "appeals.solved"):
                for page in ("", "parts/", "table.csv"):
                    with CaptureQueriesContext(connection) as asked:
                        answer = browser.get(f"/figures/{page}?place={place}&indicator={code}")
                    assert answer.status_code == 200
                    assert len(statements(asked)) <= 10, (place, page, statements(asked))


def test_pages_follow_each_other_behind_the_same_count(city: City) -> None:
    cases = [city.report(f"2026-11-{day:02d} {hour:02d}:00") for day in range(2, 8) for hour in range(9, 19)]
    indicators.rebuild(by=job(), months=1)
    browser, seen, url = city.browser("worker"), [], "?month=2026-11"
    while url:
        page = browser.get(f"/figures/rows/appeals.received/{url}")
        seen += [row["case"].pk for row in page.context["cases"]]
        url = f"?month=2026-11&cursor={page.context['page'].older}" if page.context["page"].older else ""
    assert sorted(seen) == sorted(cases)


@pytest.mark.parametrize(
    "mark",
    [
        '["o","yesterday",5]',
        '["o",null,5]',
        '["o","2026-01-01T00:00:00Z",1e999]',
        '["o",5]',
        "5",
        "{}",
        "not json",
    ],
)
def test_a_damaged_page_mark_is_refused_plainly(city: City, mark: str) -> None:
    indicators.rebuild(by=job(), months=1)
    cursor = urlsafe_b64encode(mark.encode()).decode().rstrip("=")
    page = city.browser("worker").get(f"/figures/rows/appeals.received/?month=2026-11&cursor={cursor}")
    assert page.status_code == 400


def test_clocks_tell_the_promise_of_every_appeal(city: City) -> None:
    """The figures rest on this: an appeal that was ever opened has a dispatch clock."""
    case = city.report("2026-11-02 09:00")
    assert Clock._base_manager.filter(case_id=case, stage__in=figures.PROMISE).exists()


# --- without an owner, put together, and the dashboard as files ----------------------------------------------


@pytest.mark.rows("R110")
def test_an_appeal_that_nobody_owned_for_a_working_day_is_counted(city: City) -> None:
    in_time, late, waiting = (city.report(f"2026-11-{day} 09:00") for day in ("16", "17", "24"))
    city.dispatch(in_time, "2026-11-16 15:00")
    city.dispatch(late, "2026-11-20 09:00")
    fresh = city.report("2026-11-27 15:00")
    assert counted("appeals.ownerless") == Counts(2)
    assert listed(city, "appeals.ownerless", "numerator") == sorted([late, waiting])
    assert fresh in listed(city, "appeals.received", "numerator")


@pytest.mark.rows("R061")
def test_repeats_are_those_that_were_put_together(city: City) -> None:
    first, again = city.report("2026-11-16 09:00"), city.report("2026-11-17 09:00")
    city.act("street", actions.merge, again, "2026-11-17 10:00", parent=Case._base_manager.get(pk=first))
    assert counted("appeals.repeated") == Counts(1, 2)
    assert listed(city, "appeals.repeated", "numerator") == [again]
    assert listed(city, "appeals.repeated", "rest") == [first]


@pytest.mark.rows("R058")
def test_the_dashboard_is_taken_out_as_word_excel_and_pdf(city: City) -> None:
    city.report("2026-11-16 09:00")
    indicators.refresh(by=job(), codes=[], span=NOVEMBER)
    browser = city.browser("street")
    page = browser.get("/figures/?month=2026-11").content.decode()
    got = {kind: browser.get(f"/figures/sheet.{kind}?month=2026-11") for kind in ("docx", "xlsx", "pdf")}
    assert all(f"sheet.{kind}?" in page and answer.status_code == 200 for kind, answer in got.items())
    told = [
        "\n".join(cell.text for table in Document(BytesIO(got["docx"].content)).tables for cell in table._cells),
        "\n".join(str(c.value) for sheet in load_workbook(BytesIO(got["xlsx"].content)) for row in sheet for c in row),
        "".join(one.extract_text() for one in PdfReader(BytesIO(got["pdf"].content)).pages),
    ]  # fmt: skip
    for text in told:
        assert "收到诉求" in text
        assert "办结率" in text
    assert browser.get("/figures/sheet.exe").status_code == 404
    assert browser.get("/figures/sheet.pdf?place=230104").status_code == 404

"""An issued report that was wrong: corrected or withdrawn in the open, never changed; and whoever holds a copy learns of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from lianglin.access.models import Post
from lianglin.indicators.reports import actions, changes, layout
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.sending import actions as sending
from lianglin.indicators.reports.sending import overtaken
from lianglin.indicators.reports.sending.models import ReceivedReport, ReportCopy
from lianglin.indicators.reports.sending.offices import Receiver
from lianglin.kit.errors import Conflict, Refused
from lianglin.notices import tasks
from lianglin.notices.models import Message

from . import office_scene
from .figures_city import City, at, on
from .office_scene import DAY, background, do, drafted, issued, taken_out

WHY = "九月台账补录一件"


@pytest.fixture(scope="module")
def built(lasting: None) -> City:
    return office_scene.build()


@pytest.fixture
def city(built: City, db: None) -> Iterator[City]:
    with at(on(DAY)):
        yield built


def sent(city: City) -> tuple[Report, Receiver]:
    """An issued report that the manager's office holds in the house and by mail."""
    report = issued(city, drafted(city))
    to = Receiver(city.posts["manager"].organisation_id, "office@example.org")
    do(city, "street", sending.send, report.key, to=[to])
    return report, to


def corrected(city: City, report: Report) -> Report:
    newer = do(city, "street", actions.correct, report.key, why=WHY)
    background(actions.make, key=str(newer.key))
    newer.refresh_from_db()
    newer = issued(city, newer)
    background(overtaken.mark, key=str(report.key))
    return newer


def held(report: Report) -> ReceivedReport:
    return ReceivedReport._base_manager.get(report_key=report.key)


def pages(pdf: bytes) -> list[str]:
    return [one.extract_text().replace(" ", "") for one in PdfReader(BytesIO(pdf)).pages]


def bodies(code: str) -> list[str]:
    return sorted(Message._base_manager.filter(code=code).values_list("body", flat=True))


def changed(report: Report, by: int) -> None:
    """The figures of a draft as if so many more had been counted."""
    figures = report.figures
    section = next(one for one in figures["sections"] if one["figures"])
    kept = section["totals"][section["figures"][0]["code"]]["now"]
    kept[0] += by
    Report._base_manager.filter(pk=report.pk).update(figures=figures)
    report.refresh_from_db()


# --- corrected -----------------------------------------------------------------------------------------------


def test_whoever_holds_the_version_before_is_told_that_it_is_a_correction_and_why(city: City) -> None:
    report, _to = sent(city)
    newer = corrected(city, report)
    for code in ("indicators.report_corrected", "indicators.correction_mailed"):
        (body,) = bodies(code)
        assert "第2版" in body
        assert f"更正原因：{WHY}。" in body
    old, new = held(report), held(newer)
    assert (old.ended_by, old.ended_why, old.version) == (newer.key, WHY, 1)
    assert (new.corrects, new.why, new.version, new.ended_at) == (report.key, WHY, 2, None)
    reader = city.browser("manager")
    page = reader.get(f"/figures/reports/received/{old.key}/").content.decode()
    assert "发送单位已用后一版本替代" in page
    assert f"/figures/reports/received/{new.key}/" in page
    page = reader.get(f"/figures/reports/received/{new.key}/").content.decode()
    assert WHY in page
    assert f"/figures/reports/received/{old.key}/" in page
    page = reader.get("/figures/reports/received/").content.decode()
    assert "第1版" in page
    assert "第2版" in page
    assert "已被后一版本替代" in page
    pdf = reader.get(f"/figures/reports/received/{old.key}/report.pdf").content
    assert all("已被第2版替代" in text for text in pages(pdf))


def test_an_office_that_does_not_get_the_correction_learns_that_its_copy_counts_no_more(city: City) -> None:
    report, _to = sent(city)
    Post.objects.filter(organisation_id=city.posts["manager"].organisation_id).update(
        ends_on=date(2026, 11, 26)
    )
    newer = corrected(city, report)
    assert not ReceivedReport._base_manager.filter(report_key=newer.key).exists()
    assert held(report).ended_by == newer.key


def test_a_correction_says_what_it_replaces_and_which_figures_changed(city: City) -> None:
    report = issued(city, drafted(city))
    newer = do(city, "street", actions.correct, report.key, why=f"{WHY}。")
    background(actions.make, key=str(newer.key))
    newer.refresh_from_db()
    assert newer.figures["changes"] == {"figures": [], "parts": 0}
    said = layout.correction(newer)
    assert said == (
        "本报告为第2版，替代2026年11月27日印发的第1版（示办发〔2026〕12号）。更正原因：九月台账补录一件。"
        "各项数字与前一版相同。"
    )
    changed(newer, 1)
    newer.figures["changes"] = changes.between(report.figures, newer.figures)
    (told,) = newer.figures["changes"]["figures"]
    figure = next(one for one in newer.figures["sections"] if one["figures"])["figures"][0]
    assert told.startswith(f"{figure['label']}由")
    assert f"变动的数字：{told}。" in layout.correction(newer)
    Report._base_manager.filter(pk=newer.pk).update(figures=newer.figures)
    page = city.browser("street").get(f"/figures/reports/{newer.key}/").content.decode()
    assert page.count(told) == 2  # above the report, and in it
    assert told in "".join(one.text for one in Document(BytesIO(taken_out(city, newer, "docx"))).paragraphs)
    book = load_workbook(BytesIO(taken_out(city, newer, "xlsx")))
    assert any(told in str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row)


def test_a_replaced_version_says_by_which_one_on_its_page_and_in_its_files(city: City) -> None:
    report, _to = sent(city)
    newer = corrected(city, report)
    page = city.browser("street").get(f"/figures/reports/{report.key}/").content.decode()
    assert "已被第2版替代：请以第2版为准。" in page
    assert WHY in page
    assert str(newer.key) in page
    word = Document(BytesIO(taken_out(city, report, "docx")))
    assert "已被第2版替代" in "".join(one.text for one in word.sections[0].header.paragraphs)
    assert all("已被第2版替代" in text for text in pages(taken_out(city, report, "pdf")))


def test_a_correction_that_is_only_begun_is_not_called_a_later_version(city: City) -> None:
    report = issued(city, drafted(city))
    newer = do(city, "street", actions.correct, report.key, why=WHY)
    background(actions.make, key=str(newer.key))
    page = city.browser("street").get(f"/figures/reports/{report.key}/").content.decode()
    assert "拟替代本版的第2版尚未签发" in page
    assert "以第2版为准" not in page


def test_words_that_somebody_wrote_by_hand_stand_beside_the_new_sentences(city: City) -> None:
    report = drafted(city)
    at_section = next(iter(report.texts))
    texts = {at_section: [*report.texts[at_section], "由人写入的一段。"]}
    do(city, "street", actions.edit, report.key, texts=texts, seen=report.edits)
    report.refresh_from_db()
    issued(city, report)
    newer = do(city, "street", actions.correct, report.key, why=WHY)
    background(actions.make, key=str(newer.key))
    page = city.browser("street").get(f"/figures/reports/{newer.key}/edit/").content.decode()
    assert "前一版本的文字" in page
    assert "由人写入的一段。" in page
    assert "由人写入的一段。" not in page.split("前一版本的文字")[0]


def test_a_correction_whose_asker_lost_the_right_can_be_asked_for_by_another(city: City) -> None:
    report = issued(city, drafted(city))
    newer = do(city, "street", actions.correct, report.key, why=WHY)
    post = Post.objects.filter(pk=city.posts["street"].pk)
    post.update(ends_on=date(2026, 11, 26))
    background(actions.make, key=str(newer.key))
    newer.refresh_from_db()
    assert newer.state == "refused"
    browser = city.browser("second")
    here = f"/figures/reports/{report.key}/"
    assert f"{here}correct/" in browser.get(here).content.decode()
    assert browser.post(f"{here}correct/", {"why": "由另一人更正"}).status_code == 303
    background(actions.make, key=str(newer.key))
    newer.refresh_from_db()
    assert (newer.state, newer.version, newer.why) == ("draft", 2, "由另一人更正")
    assert newer.post_id == city.posts["second"].pk


def test_offices_with_paper_are_named_until_the_new_sheets_are_noted(city: City) -> None:
    report = issued(city, drafted(city))
    office = city.posts["manager"].organisation
    do(city, "street", sending.send, report.key, to=[Receiver(office.pk)], printed=3)
    newer = do(city, "street", actions.correct, report.key, why=WHY)
    background(actions.make, key=str(newer.key))
    newer.refresh_from_db()
    browser, line = city.browser("street"), f"{office.label}：印 3 份"
    assert line in browser.get(f"/figures/reports/{newer.key}/issue/").content.decode()
    issued(city, newer)
    assert line in browser.get(f"/figures/reports/{newer.key}/").content.decode()
    do(city, "street", sending.send, newer.key, to=[Receiver(office.pk)], printed=3)
    assert line not in browser.get(f"/figures/reports/{newer.key}/").content.decode()


# --- withdrawn -----------------------------------------------------------------------------------------------


def test_a_withdrawn_report_stays_readable_says_why_and_its_holders_are_told(city: City) -> None:
    report, _to = sent(city)
    browser, here = city.browser("street"), f"/figures/reports/{report.key}/"
    page = browser.get(f"{here}withdraw/").content.decode()
    assert "office@example.org" in page
    answer = browser.post(f"{here}withdraw/", {"why": "错"})
    assert answer.status_code == 422
    assert "请说明撤回原因" in answer.content.decode()
    assert browser.post(f"{here}withdraw/", {"why": "误发，地区选错"}).status_code == 303
    again = browser.post(f"{here}withdraw/", {"why": "误发，地区选错"})
    assert again.status_code == 303
    background(overtaken.mark, key=str(report.key))
    report.refresh_from_db()
    assert (report.state, report.recalled_why) == ("recalled", "误发，地区选错")
    assert report.recalled_at is not None
    page = browser.get(here).content.decode()
    assert "已撤回：请勿再使用。" in page
    assert "误发，地区选错" in page
    for code in ("indicators.report_recalled", "indicators.recall_mailed"):
        (body,) = bodies(code)
        assert "误发，地区选错" in body
    reader = city.browser("manager")
    page = reader.get(f"/figures/reports/received/{held(report).key}/").content.decode()
    assert "发送单位已撤回" in page
    assert "已撤回" in reader.get("/figures/reports/received/").content.decode()
    assert all("已撤回" in text for text in pages(taken_out(city, report, "pdf")))


def test_what_is_withdrawn_changes_no_more_and_is_made_anew(city: City) -> None:
    report = issued(city, drafted(city))
    do(city, "street", sending.recall, report.key, why="误发，地区选错")
    for act, given in ((actions.correct, {"why": WHY}), (sending.recall, {"why": WHY})):
        with pytest.raises(Conflict):
            do(city, "street", act, report.key, **given)
    with pytest.raises(Conflict):
        do(city, "street", sending.send, report.key, to=[Receiver(city.posts["manager"].organisation_id)])
    for values in ({"recalled_why": "改了"}, {"state": "issued"}, {"texts": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Report._base_manager.filter(pk=report.pk).update(**values)
    assert drafted(city).version == 2


def test_a_report_that_an_office_above_withdraws_names_that_office(city: City) -> None:
    report, _to = sent(city)
    do(city, "manager", sending.recall, report.key, why="误发，地区选错")
    report.refresh_from_db()
    office = city.posts["manager"].organisation.name
    assert report.recalled_by.startswith(office)
    assert all(
        body.startswith(office)
        for code in ("indicators.report_recalled", "indicators.recall_mailed")
        for body in bodies(code)
    )


def test_withdrawing_is_the_right_of_who_issues(city: City) -> None:
    report = issued(city, drafted(city))
    for name in ("worker", "unit"):
        assert city.browser(name).post(
            f"/figures/reports/{report.key}/withdraw/", {"why": WHY}
        ).status_code in (403, 404)
    with pytest.raises(DatabaseError), transaction.atomic():
        Report._base_manager.filter(pk=report.pk).update(state="recalled", texts={})
    report.refresh_from_db()
    assert report.state == "issued"


def test_a_correction_of_what_was_withdrawn_meanwhile_can_still_be_issued(city: City) -> None:
    report, _to = sent(city)
    newer = do(city, "street", actions.correct, report.key, why=WHY)
    background(actions.make, key=str(newer.key))
    do(city, "street", sending.recall, report.key, why="误发，地区选错")
    newer.refresh_from_db()
    issued(city, newer)
    background(overtaken.mark, key=str(report.key))
    report.refresh_from_db()
    assert report.state == "recalled"
    assert held(report).ended_by == newer.key


# --- copies --------------------------------------------------------------------------------------------------


def test_a_wrong_mail_address_is_replaced_by_sending_again(city: City) -> None:
    report, to = sent(city)
    here = f"/figures/reports/{report.key}/send/"
    name = city.posts["manager"].organisation.name
    given = {"offices": [to.organisation_id], "mails": f"{name}，registry@example.org"}
    for _time in range(2):
        assert city.browser("street").post(here, given).status_code == 303
    copy = ReportCopy._base_manager.get(channel="email")
    assert copy.address == "registry@example.org"
    mails = Message._base_manager.filter(code="indicators.report_mailed")
    assert sorted(str(one.address) for one in mails) == ["office@example.org", "registry@example.org"]


def test_what_became_of_a_mail_stands_with_the_copy(city: City) -> None:
    report, _to = sent(city)
    key = Message._base_manager.get(code="indicators.report_mailed").key
    tasks.deliver(key=str(key))  # tests know no mail server
    page = city.browser("street").get(f"/figures/reports/{report.key}/").content.decode()
    assert "本市尚未开通这种发送方式。" in page


def test_paper_and_mail_in_one_form_are_told_apart_instead_of_dropping_the_mail(city: City) -> None:
    report = issued(city, drafted(city))
    office = city.posts["manager"].organisation
    given = {"offices": [office.pk], "mails": f"{office.name}，registry@example.org", "printed": "2"}
    answer = city.browser("street").post(f"/figures/reports/{report.key}/send/", given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "纸质件须单独登记" in page
    assert "registry@example.org" in page


def test_who_signed_for_the_sheets_is_noted_once(city: City) -> None:
    report = issued(city, drafted(city))
    office = city.posts["manager"].organisation
    do(city, "street", sending.send, report.key, to=[Receiver(office.pk)], printed=3)
    copy = ReportCopy._base_manager.get()
    browser, here = city.browser("street"), f"/figures/reports/{report.key}/"
    link = f"/figures/reports/copies/{copy.key}/"
    assert link in browser.get(here).content.decode()
    assert browser.post(link, {"signed_by": " "}).status_code == 422
    assert browser.post(link, {"signed_by": "收发室"}).status_code == 303
    assert browser.post(link, {"signed_by": "别处"}).status_code == 303
    copy.refresh_from_db()
    assert copy.opened_by == "收发室"
    assert "收发室" in browser.get(here).content.decode()
    assert city.browser("manager").post(link, {"signed_by": "收发室"}).status_code in (303, 403, 404)
    with pytest.raises(Refused):
        do(city, "street", sending.handed_over, copy.key, signed_by="")

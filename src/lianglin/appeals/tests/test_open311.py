"""Open311 GeoReport v2: by its schemas, by a client that is not ours, and nobody's data in it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from georeport import GeoReport
from lxml import etree
from PIL import Image
from tests.watch import forget_tries
from tests.world import HERE

from lianglin.access.keys import tokens
from lianglin.access.transaction import acting
from lianglin.appeals.actions import publishing
from lianglin.appeals.api.open311 import asking
from lianglin.appeals.models import (
    Appeal,
    Appellant,
    ItemQuestion,
    Publication,
    PublicationRule,
    QuestionAnswer,
)
from lianglin.cases.models import Case
from lianglin.files.models import Attachment
from lianglin.kit import clock
from lianglin.kit.held import forget

from .scene import Town, build
from .test_publishing import SECRETS, WORDS, told

HERE_IS = Path(__file__).parent
XSD = etree.XMLSchema(etree.parse(HERE_IS / "open311.xsd"))
DEFINITIONS = json.loads((HERE_IS / "open311.schema.json").read_text())["$defs"]
BASE = "/appeals/open311/v2"


def _picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (1, 1)).save(out, "PNG")
    return out.getvalue()


PNG = _picture()


@pytest.fixture
def town(db: None) -> Town:
    forget_tries()
    made = build()
    PublicationRule.objects.create(item_code=made.lamp.code, listed=True, texts=True)
    return made


def ask(where: str, name: str, **given: Any) -> tuple[HttpResponse, Any]:
    """The same asked in both forms, each checked against its schema; the JSON answer and what it says."""
    status = given.pop("expected", 200)
    xml = Client().get(f"{BASE}/{where}.xml", given)
    assert (xml.status_code, xml["Content-Type"]) == (status, "text/xml; charset=utf-8")
    tree = etree.fromstring(xml.content, etree.XMLParser(resolve_entities=False))
    XSD.assertValid(tree)
    answer = Client().get(f"{BASE}/{where}.json", given)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    said = json.loads(answer.content)
    jsonschema_rs.validate({"$defs": DEFINITIONS, "$ref": f"#/$defs/{name}"}, said)
    if isinstance(said, list):
        assert len(tree) == len(said)
    assert "Access-Control-Allow-Origin" not in answer.headers
    return answer, said


def key(town: Town, *duties: str) -> str:
    with acting(town.actor("street")) as street:
        return tokens.make(by=street, kind="token", name="x", days=9, duties=duties).secret


def send(town: Town, form: str = "json", **given: Any) -> HttpResponse:
    fields = {
        "api_key": given.pop("api_key", None) or key(town, "appeals.open311"),
        "service_code": town.lamp.code,
        "address_id": str(town.building.pk),
        "description": "三单元楼道的灯坏了",
    }
    return Client(enforce_csrf_checks=True).post(f"{BASE}/requests.{form}", {**fields, **given})


def test_discovery_and_services_fit_the_schemas(town: Town) -> None:
    _answer, found = ask("discovery", "discovery")
    assert found["endpoints"][0]["url"].endswith(BASE)
    _answer, listed = ask("services", "services")
    assert [(one["service_code"], one["metadata"]) for one in listed] == [(town.lamp.code, False)]
    _answer, defined = ask(f"services/{town.lamp.code}", "service_definition")
    assert defined["attributes"] == []


def test_an_item_that_is_not_listed_is_no_service(town: Town) -> None:
    _answer, said = ask(f"services/{town.lift.code}", "errors", expected=404)
    assert said[0]["code"] == 404
    assert "service_code" in said[0]["description"]
    hidden = town.appeal(item=town.lift)
    _answer, found = ask("requests", "service_requests")
    assert found == []
    ask(f"requests/{hidden.number}", "errors", expected=404)


def test_a_request_says_item_state_and_days_and_nothing_of_anybody(town: Town) -> None:
    case = town.appeal(text=WORDS)
    _answer, found = ask(f"requests/{case.number}", "service_requests")
    one = found[0]
    assert (one["description"], one["status"]) == (town.lamp.name, "open")
    assert (one["address"], one["lat"], one["long"]) == (
        town.compound.name,
        town.compound.lat,
        town.compound.lon,
    )
    assert not any(secret in json.dumps(found, ensure_ascii=False) for secret in SECRETS)
    assert clock.now() - timedelta(minutes=5) < asking.datetime.fromisoformat(one["requested_datetime"])


def test_the_words_are_there_once_a_person_has_confirmed_them(town: Town) -> None:
    case = town.brought_to("closed", text=WORDS)
    with acting(publishing.job()):
        told(case)
    _answer, before = ask(f"requests/{case.number}", "service_requests")
    with acting(town.actor("street")) as street:
        publishing.publish(Publication._base_manager.get().pk, by=street, seen=1)
    _answer, after = ask(f"requests/{case.number}", "service_requests")
    assert (before[0]["description"], before[0]["status"]) == (town.lamp.name, "closed")
    assert "楼道灯不亮" in after[0]["description"]
    assert not any(secret in json.dumps(after, ensure_ascii=False) for secret in SECRETS)


def test_lists_are_narrowed_and_paged(town: Town) -> None:
    made = [town.appeal() for _one in range(5)]
    town.do("worker", "refuse", made[0], ground="beyond_duty", note="请拨打 12348 咨询。")
    numbers = [case.number for case in reversed(made)]

    def got(**given: Any) -> list[str]:
        return [one["service_request_id"] for one in ask("requests", "service_requests", **given)[1]]

    assert got() == numbers
    assert got(status="closed") == numbers[-1:]
    assert got(status="open,closed") == numbers
    assert got(service_request_id=",".join([numbers[3], "A1"])) == [numbers[3]]
    assert got(service_code=f"x,{town.lamp.code}") == numbers
    assert got(service_code="999999") == []
    assert [got(page=page, page_size=2) for page in (1, 2, 3, 4)] == [
        numbers[:2],
        numbers[2:4],
        numbers[4:],
        [],
    ]
    assert got(end_date="2026-01-01T00:00:00Z") == []
    answer, _found = ask("requests", "service_requests", page=1, page_size=2)
    assert "page=2" in answer["Link"]


def test_without_dates_the_window_is_ninety_days(town: Town) -> None:
    case = town.appeal()
    old = clock.now() - timedelta(days=91)
    Case._base_manager.filter(pk=case.pk).update(opened_at=old)
    assert ask("requests", "service_requests")[1] == []
    since = (old - timedelta(days=1)).isoformat()
    assert len(ask("requests", "service_requests", start_date=since)[1]) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"start_date": "yesterday"}, {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"start_date": "2026-02-01", "end_date": "2026-01-01"}, {"status": "lost"}, {"page": "0"}, {"page_size": "1001"},
        {"page": "10000", "page_size": "1000"},
    ],
)  # fmt: skip
def test_a_wrong_argument_is_an_error_in_the_standards_shape(town: Town, given: dict[str, str]) -> None:
    _answer, said = ask("requests", "errors", expected=400, **given)
    assert said[0]["code"] == 400


def test_updates_tell_the_steps_without_their_words(town: Town) -> None:
    case = town.appeal(text=WORDS)
    town.do("worker", "accept", case, note="李示例来电已记录")
    _answer, found = ask("servicerequestupdates", "service_request_updates")
    assert [one["service_request_id"] for one in found] == [case.number] * 2
    assert "李示例" not in json.dumps(found, ensure_ascii=False)
    answer, first = ask("servicerequestupdates", "service_request_updates", page_size=1)
    onward = answer["Link"].removeprefix("<").partition(">")[0]
    rest = json.loads(Client().get(onward.partition("testserver")[2]).content)
    assert [one["update_id"] for one in first + rest] == [one["update_id"] for one in found]


# --- sending -----------------------------------------------------------------------------------------------


@pytest.mark.rows("R049")
def test_a_report_is_opened_as_the_public_opens_one(town: Town) -> None:
    answer = send(
        town, first_name="示例", last_name="李", phone="15400000001", media_url="http://127.0.0.1/x.jpg"
    )
    made = json.loads(answer.content)
    jsonschema_rs.validate({"$defs": DEFINITIONS, "$ref": "#/$defs/created"}, made)
    case = Case._base_manager.get(number=made[0]["service_request_id"])
    appeal = Appeal._base_manager.get(case=case)
    assert (answer.status_code, appeal.channel, case.state, case.building_id) == (
        201, "api", "received", town.building.pk,
    )  # fmt: skip
    assert appeal.text == "三单元楼道的灯坏了\n图片地址：http://127.0.0.1/x.jpg"
    assert Appellant._base_manager.get(case=case).name == "李示例"
    ask(f"tokens/{case.number}", "tokens")


def test_in_xml_too_and_with_a_picture(town: Town) -> None:
    answer = send(town, form="xml", media=SimpleUploadedFile("a.png", PNG, "image/png"))
    assert answer.status_code == 201, answer.content.decode()
    XSD.assertValid(etree.fromstring(answer.content))
    assert Attachment._base_manager.count() == 1


def test_without_a_key_with_the_duty_nothing_is_opened(town: Town) -> None:
    for wrong in ("no", "lnl_t_" + "0" * 42, key(town, "appeals.read")):
        answer = send(town, api_key=wrong)
        said = json.loads(answer.content)
        jsonschema_rs.validate({"$defs": DEFINITIONS, "$ref": "#/$defs/errors"}, said)
        assert (answer.status_code, said[0]["code"]) == (403, 403)
    answer = town.client("street").post(
        f"{BASE}/requests.json", {"service_code": town.lamp.code, "address_id": town.building.pk}
    )
    assert answer.status_code == 403
    assert not Case._base_manager.exists()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"service_code": ""}, 400), ({"service_code": "020603"}, 404), ({"address_id": "999"}, 400), ({"address_id": ""}, 400),
        ({"lat": "x", "long": "1"}, 400), ({"lat": "0", "long": "0"}, 400), ({"phone": "12"}, 400),
        ({"media_url": "file:///etc/passwd"}, 400), ({"description": "长" * 4001}, 400), ({"attribute[x]": "1"}, 400),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_report_is_said(town: Town, given: dict[str, str], status: int) -> None:
    answer = send(town, **given)
    assert (answer.status_code, json.loads(answer.content)[0]["code"]) == (status, status)
    assert not Case._base_manager.exists()


def test_extra_questions_are_defined_asked_and_kept(town: Town) -> None:
    choices = [["1", "一层", "first"], ["2", "二层 <高>", "second"]]
    ItemQuestion.objects.create(
        item=town.lamp, code="floor", kind="choice", label="哪一层", label_en="Which floor", choices=choices,
        required=True, position=1,
    )  # fmt: skip
    forget()
    _answer, listed = ask("services", "services")
    assert listed[0]["metadata"] is True
    _answer, defined = ask(f"services/{town.lamp.code}", "service_definition")
    assert defined["attributes"][0]["values"][1] == {"key": "2", "name": "二层 <高>"}
    assert send(town).status_code == 400
    assert send(town, **{"attribute[floor]": "9"}).status_code == 400
    assert send(town, **{"attribute[floor]": "2"}).status_code == 201
    assert QuestionAnswer._base_manager.get().value == "2"


def test_who_asks_too_often_waits(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "READS", 2)
    ask("services", "services")
    answer = Client().get(f"{BASE}/services.json")
    assert (answer.status_code, json.loads(answer.content)[0]["code"]) == (429, 429)
    assert answer["Retry-After"]


# --- a client that is not ours -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_it(town: Town, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own code and parsing; only the line between is this process's."""

    def get(url: str, params: dict[str, str], **_rest: Any) -> requests.Response:
        answer, found = Client().get(urlsplit(url).path, params), requests.Response()
        found.status_code, found._content = answer.status_code, answer.content
        found.headers.update(answer.headers)
        found.encoding = requests.utils.get_encoding_from_headers(found.headers)
        return found

    monkeypatch.setattr(requests, "get", get)
    cases = [town.appeal(), town.appeal()]
    client = GeoReport(f"http://testserver{BASE}/", output_format=form)
    listed = client.get_service_list()
    assert "020601" in json.dumps(listed)
    assert client.get_service_definition("020601")["service_code"] == "020601"
    found = client.get_service_requests(status="open", start_date=f"{clock.today():%Y-%m-%d}T00:00:00+08:00")
    assert [one["service_request_id"] for one in found] == [case.number for case in reversed(cases)]
    one = client.get_service_request(cases[0].number)
    assert cases[0].number in json.dumps(one)
    assert HERE not in json.dumps(found)

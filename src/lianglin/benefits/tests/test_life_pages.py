"""Pages of measures, parameters and the catalogue: what is shown, what is kept, what is refused."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from pypdf import PdfReader

from lianglin.benefits.models import MeasureVersion, Parameter, ParameterValue
from lianglin.benefits.tests import life_scene as scenes
from lianglin.benefits.tests.life_scene import ALLOWANCE, LEGAL, SECOND, WRITER, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R066")]
DESK = "/benefits/desk/measures/"


@pytest.fixture
def scene(db: None) -> Scene:
    return scenes.build()


def begun(scene: Scene, text: str = ALLOWANCE) -> MeasureVersion:
    """The next version of the allowance, written in the editor."""
    browser = scene.browser(WRITER)
    browser.post(f"{DESK}{scene.version('age-allowance').pk}/amend/")
    version = scene.version("age-allowance", "draft")
    answer = browser.post(f"{DESK}{version.pk}/edit/", {"source": text, "revision": version.revision})
    assert answer.status_code == 303
    version.refresh_from_db()
    return version


def test_a_version_is_written_checked_and_approved_on_pages(scene: Scene) -> None:
    version = begun(scene, ALLOWANCE.replace("名称: 高龄津贴", "名称: 高龄老人津贴"))
    here = f"{DESK}{version.pk}/"
    scene.browser(WRITER).post(f"{here}send/", {"revision": version.revision})
    assert scene.browser(LEGAL).post(here, {"do": "check_legally", "note": ""}).status_code == 303
    page = scene.browser(SECOND).get(here).content.decode()
    assert "<del>名称: 高龄津贴</del>" in page
    assert "<ins>名称: 高龄老人津贴</ins>" in page
    scene.browser(SECOND).post(here, {"do": "approve", "note": ""})
    assert "高龄老人津贴" in Client().get("/benefits/measure/age-allowance/").content.decode()


def test_each_problem_stands_beside_its_line_in_both_languages(scene: Scene) -> None:
    version = begun(scene, ALLOWANCE.replace("年龄 ≥ 80", "年零 ≥ 80"))
    browser = scene.browser(WRITER)
    chinese = browser.get(f"{DESK}{version.pk}/edit/").content.decode()
    assert "13:" in chinese
    assert "年零" in chinese
    english = browser.get(f"{DESK}{version.pk}/edit/", headers={"Accept-Language": "en"}).content.decode()
    assert "What is allowed" in english
    assert "年零" in english


def test_nothing_typed_is_lost_when_somebody_was_first(scene: Scene) -> None:
    version = begun(scene)
    here = f"{DESK}{version.pk}/edit/"
    scene.browser(SECOND).post(here, {"source": ALLOWANCE + "# theirs\n", "revision": version.revision})
    answer = scene.browser(WRITER).post(
        here, {"source": ALLOWANCE + "# mine\n", "revision": version.revision}
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "# mine" in page
    assert "<del># theirs</del>" in page
    assert f'name="revision" value="{version.revision + 1}"' in page


def test_the_desk_is_closed_to_others(scene: Scene) -> None:
    assert scene.browser("protection_officer").get(DESK).status_code == 403
    assert scene.browser("manager").get(DESK).status_code == 200
    assert scene.browser("manager").get(f"{DESK}new/").status_code == 403


@pytest.mark.parametrize("tab", ["draft", "in_force", "review", "lapsing", "amended", "dropped"])
def test_each_tab_opens(scene: Scene, tab: str) -> None:
    page = scene.browser(WRITER).get(f"{DESK}?list={tab}").content.decode()
    assert ("老年人免费乘车" in page) is (tab in ("in_force", "review", "lapsing"))


def test_anybody_finds_a_measure_and_reads_why(scene: Scene) -> None:
    public = Client()
    found = public.get("/benefits/?q=乘车").content.decode()
    assert "老年人免费乘车" in found
    assert "高龄津贴" not in found
    page = public.get("/benefits/measure/age-allowance/").content.decode()
    for words in ("满80周岁", "居民身份证", "第三十三条", "待主管部门填写", "示例数据"):
        assert words in page
    english = public.get(
        "/benefits/measure/age-allowance/", headers={"Accept-Language": "en"}
    ).content.decode()
    assert "80 or older" in english


def test_the_groups_narrow_the_catalogue(scene: Scene) -> None:
    page = Client().get("/benefits/?group=hardship").content.decode()
    assert "多孩家庭用水优惠" in page
    assert "高龄津贴" not in page


def test_what_is_only_written_is_nobodys_to_read(scene: Scene) -> None:
    version = begun(scene, ALLOWANCE.replace("名称: 高龄津贴", "名称: 还没有生效的名字"))
    public = Client()
    assert public.get(f"/benefits/measure/age-allowance/{version.pk}/").status_code == 404
    assert "还没有生效的名字" not in public.get("/benefits/?all=1").content.decode()


def test_a_page_of_the_catalogue_is_light(scene: Scene) -> None:
    for address in ("/benefits/", "/benefits/?all=1", "/benefits/measure/age-allowance/"):
        assert len(Client().get(address).content) < 80_000


def test_a_value_is_entered_by_one_and_approved_by_another(scene: Scene) -> None:
    parameter = Parameter.objects.get(name="津贴标准")
    given = {"value": "100", "area": "", "from_on": "2026-01-01", "document": "民发〔2026〕1号"}
    browser = scene.browser(WRITER)
    assert browser.post(f"/benefits/desk/parameters/{parameter.pk}/", given).status_code == 303
    value = ParameterValue.objects.get(state="waiting")
    assert value.value == 10_000
    here = f"/benefits/desk/parameters/value/{value.pk}/"
    assert browser.post(here, {"do": "approve"}).status_code == 403
    assert "待主管部门填写" in Client().get("/benefits/measure/age-allowance/").content.decode()
    assert scene.browser(SECOND).post(here, {"do": "approve"}).status_code == 303
    page = Client().get("/benefits/measure/age-allowance/").content.decode()
    assert "100 元/月" in page
    assert "民发〔2026〕1号" in page
    assert "待主管部门填写" not in page


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("value", "十元"), ("value", "1.005"), ("area", "999999"), ("document", " "), ("from_on", "2026-13-01")],
)
def test_a_wrong_value_is_refused_beside_its_field(scene: Scene, field: str, wrong: str) -> None:
    parameter = Parameter.objects.get(name="津贴标准")
    given = {"value": "100", "area": "", "from_on": "2026-01-01", "document": "x"} | {field: wrong}
    answer = scene.browser(WRITER).post(f"/benefits/desk/parameters/{parameter.pk}/", given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ParameterValue.objects.filter(state="waiting").exists()


def test_a_group_is_printed_with_a_code_for_each_measure(scene: Scene) -> None:
    public = Client()
    assert "老年人免费乘车" in public.get("/benefits/package/older/").content.decode()
    answer = public.get("/benefits/package/older/pdf/")
    assert answer.headers["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    text = "".join(page.extract_text() for page in reader.pages)
    for words in ("高龄津贴", "老年人免费乘车", "示例数据", "age-allowance"):
        assert words in text
    assert public.get("/benefits/package/nobody/pdf/").status_code == 404

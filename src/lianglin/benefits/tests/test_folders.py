"""The package as a folder: what ships, what goes out, what comes in whole or not at all."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianglin.benefits.actions import folders
from lianglin.benefits.models import Measure, MeasureVersion, Parameter, ParameterValue
from lianglin.benefits.queries import packages
from lianglin.benefits.rules.folder import BadFolder, from_folder, from_zip, to_zip
from lianglin.benefits.seed.load import PACKAGE
from lianglin.benefits.seed.package import take_over
from lianglin.benefits.tasks.folders import export_command, import_command
from lianglin.benefits.tests import life_scene as scenes
from lianglin.benefits.tests.life_scene import ALLOWANCE, BUS, PARAMETERS, TEXTS, WRITER, Scene
from lianglin.facts import registry
from lianglin.kit import clock, held

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R066")]
PAGE = "/benefits/desk/folder/"


@pytest.fixture
def scene(db: None) -> Scene:
    return scenes.build()


def uploaded(texts: dict[str, str]) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("package.zip", to_zip(texts), "application/zip")}


def test_what_ships_comes_into_force_whole(db: None) -> None:
    held.forget()
    registry.load_shipped()
    assert take_over(from_folder(PACKAGE), samples=True) == 272
    found = packages.in_force()
    assert found.left_out == ()
    assert MeasureVersion.objects.filter(state="in_force", sound=True).count() == 272
    assert (
        len(found.package.measures)
        == MeasureVersion.objects.filter(valid_from__lte=clock.today())
        .exclude(valid_to__lt=clock.today())
        .count()
    )


def test_what_goes_out_comes_in_again_as_nothing_new(scene: Scene) -> None:
    answer = scene.browser(WRITER).get(f"{PAGE}zip/")
    texts = from_zip(io.BytesIO(answer.content))
    assert texts["measures/age-allowance.yaml"] == ALLOWANCE
    assert scene.browser(WRITER).post(PAGE, uploaded(texts)).status_code == 303
    assert not MeasureVersion.objects.exclude(state="in_force").exists()
    assert not ParameterValue.objects.filter(state="waiting").exists()


def test_what_changed_becomes_drafts_and_nothing_is_in_force_by_that(scene: Scene) -> None:
    before = packages.package().digest
    texts = {
        "measures/bus-card.yaml": BUS.replace("免费乘坐市内公交", "免费乘坐公交和地铁"),
        "measures/tram-card.yaml": BUS.replace("bus-card", "tram-card"),
        "parameters.yaml": PARAMETERS.replace('值: 待填, 文号: ""', "值: 120元, 文号: 民发1号"),
    }
    assert scene.browser(WRITER).post(PAGE, uploaded(texts)).status_code == 303
    assert {v.measure.code for v in MeasureVersion.objects.filter(state="draft")} == {"bus-card", "tram-card"}
    assert ParameterValue.objects.get(state="waiting").value == 12_000
    assert packages.package().digest == before


def test_one_problem_and_nothing_of_it_is_taken(scene: Scene) -> None:
    texts = {
        "package/measures/bus-card.yaml": BUS.replace("免费乘坐", "半价乘坐"),
        "package/measures/tram-card.yaml": BUS.replace("bus-card", "tram-card").replace("年龄", "年零"),
    }
    answer = scene.browser(WRITER).post(PAGE, uploaded(texts))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "measures/tram-card.yaml:" in page
    assert "年零" in page
    assert not MeasureVersion.objects.filter(state="draft").exists()
    assert not Measure.objects.filter(code="tram-card").exists()


@pytest.mark.parametrize(
    "content",
    [b"no zip", b"", to_zip({}), to_zip({"readme.txt": "x"}), to_zip({"measures/a.yaml": "x" * 1_000_001})],
    ids=["text", "empty", "nothing", "other files", "too long"],
)
def test_what_is_no_package_is_refused(content: bytes) -> None:
    with pytest.raises(BadFolder):
        from_zip(io.BytesIO(content))


def test_a_zip_that_lies_about_its_size_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("measures/bomb.yaml", "0" * 50_000_000)
    with pytest.raises(BadFolder):
        from_zip(io.BytesIO(out.getvalue()))


def test_the_commands_write_a_folder_and_read_it_back(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    assert export_command([str(folder)]) == 0
    assert (folder / "measures" / "bus-card.yaml").read_text(encoding="utf-8") == BUS
    assert export_command([str(folder)]) == 1
    assert import_command([str(folder)]) == 0
    (folder / "measures" / "bus-card.yaml").write_text(BUS.replace("年龄", "年零"), encoding="utf-8")
    capsys.readouterr()
    assert import_command([str(folder)]) == 1
    assert "measures/bus-card.yaml:13:" in capsys.readouterr().out


def test_a_parameter_of_another_kind_is_refused_whole(scene: Scene) -> None:
    texts = {**TEXTS, "parameters.yaml": PARAMETERS.replace("类型: 金额", "类型: 数值")}
    with pytest.raises(folders.BadPackage):
        scene.do(WRITER, folders.take_in, texts)
    assert Parameter.objects.get().kind == "money"


@pytest.mark.parametrize(
    "packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_zip_that_is_damaged_anywhere_is_read_or_refused(packing: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as packed:
        packed.writestr("parameters.yaml", "a: 1\n" * 40)
    whole, refused = out.getvalue(), 0
    for at in range(len(whole)):
        content = bytearray(whole)
        content[at] ^= 0x5A
        try:
            from_zip(io.BytesIO(bytes(content)))
        except BadFolder:
            refused += 1
    assert refused > len(whole) // 4

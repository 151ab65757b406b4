"""What is stored of a picture is its pixels; what is stored of a paper is a quiet PDF; nothing else is stored."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from lianglin.files import pdf, rules
from lianglin.files.prepare import Prepared, prepare
from lianglin.files.tests.samples import SECRET, paper, picture, upload
from lianglin.kit.errors import Refused

KINDS = ("JPEG", "PNG", "WEBP")


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def refusal(data: bytes, name: str = "楼道.jpg") -> Refused:
    with pytest.raises(Refused) as caught:
        prepare(upload(data, name))
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_position_and_camera_data_are_gone(kind: str) -> None:
    sent = picture(kind)
    assert SECRET in sent
    assert opened(sent).getexif().get_ifd(0x8825)

    kept = prepare(upload(sent))

    for data in (kept.data, kept.small):
        assert opened(data).format == "JPEG"
        assert SECRET not in data
        assert b"Exif" not in data
        assert b"xmp" not in data.lower()
        assert set(opened(data).info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
        assert not opened(data).getexif()


def test_a_picture_taken_sideways_stands_upright() -> None:
    kept = prepare(upload(picture(size=(640, 480), orientation=6)))
    assert (kept.width, kept.height) == (480, 640)
    right_top = opened(kept.data).convert("RGB").getpixel((470, 10))
    assert right_top[0] > 200 > right_top[2]  # red, turned by 90 degrees to the right


def test_a_large_picture_is_made_smaller() -> None:
    kept = prepare(upload(picture(size=(4000, 3000))))
    assert (kept.width, kept.height) == (2560, 1920)
    assert max(opened(kept.small).size) == rules.SMALL_SIDE


@pytest.mark.parametrize("mode", ["L", "P", "LA", "RGBA", "I;16", "1"])
def test_every_kind_of_png_can_be_drawn(mode: str) -> None:
    out = BytesIO()
    source = Image.new("L", (40, 30), 128)
    (Image.new("I;16", (40, 30), 40_000) if mode == "I;16" else source.convert(mode)).save(out, "PNG")
    assert prepare(upload(out.getvalue())).width == 40


def test_a_see_through_picture_gets_white_paper() -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(prepare(upload(out.getvalue())).data).getpixel((5, 5)) == (255, 255, 255)


def test_the_bytes_say_what_a_file_is_not_its_name() -> None:
    kept = prepare(upload(picture("PNG"), name="report.pdf", content_type="application/pdf"))
    assert kept.content_type == rules.JPEG
    assert kept.original_name == "report.jpg"
    assert refusal(b"<html><script>alert(1)</script></html>", "lamp.jpg").code == "kind"


def test_what_hangs_behind_a_picture_is_not_kept() -> None:
    kept = prepare(upload(picture() + b"PK\x03\x04<script>alert(1)</script>" + SECRET))
    assert b"<script>" not in kept.data
    assert SECRET not in kept.data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "kind"),
        (b'<?xml version="1.0"?><svg/>', "kind"),
        (b"GIF89a" + bytes(40), "kind"),
        (b"MZ" + bytes(400), "kind"),
        (b"PK\x03\x04" + bytes(400), "kind"),
        (bytes(4) + b"ftypheic" + bytes(400), "heic"),
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>" * 20, "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
        (picture()[:2000], "damaged"),
        (b"GIF89a/*" + paper(), "kind"),
    ],
)
def test_what_is_neither_picture_nor_paper_is_refused(data: bytes, code: str) -> None:
    error = refusal(data)
    assert error.code == code
    assert "楼道" in str(error.message)


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused() -> None:
    for kind, side in (("PNG", 7000), ("PNG", 11_000)):
        out = BytesIO()
        Image.new("1", (side, side)).save(out, kind)
        assert len(out.getvalue()) < rules.MAX_FILE
        assert refusal(out.getvalue()).code == "pixels"


def test_a_file_over_ten_megabytes_is_refused() -> None:
    assert refusal(picture() + bytes(rules.MAX_FILE)).code == "too_large"


def test_a_quiet_paper_is_kept_as_it_is() -> None:
    kept = prepare(upload(paper(), "证明.PDF", "image/png"))
    assert (kept.content_type, kept.data, kept.original_name) == (rules.PDF, paper(), "证明.pdf")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (paper(b"3 0 obj\n<</S/JavaScript/JS(app.alert(1))>>\nendobj\n"), "active"),
        (paper(b"3 0 obj\n<</S/J#61vaScript>>\nendobj\n"), "active"),
        (paper(b"3 0 obj\n<</#4a#53 (x)>>\nendobj\n"), "active"),
        (paper(b"3 0 obj\n<</Type/EmbeddedFile>>\nendobj\n"), "active"),
        (paper(b"3 0 obj\n<</S/Launch/F(calc.exe)>>\nendobj\n"), "active"),
        (paper(b"3 0 obj\n<</AA<</O 4 0 R>>>>\nendobj\n"), "active"),
        (paper(b"3 0 obj\n<</Encrypt 5 0 R>>\nendobj\n"), "active"),
        (paper(packed=b"9 0 <</S/JavaScript/JS(app.alert(1))>>"), "active"),
        (paper(packed=b" " * 5_000_000 + b"9 0 <</S/JavaScript>>"), "active"),
        (
            paper(b"3 0 obj\n<</Type/ObjStm/Filter/ASCIIHexDecode>>\nstream\n00>\nendstream\nendobj\n"),
            "active",
        ),
        (paper(tail=b"<html><script>alert(1)</script>"), "mixed"),
        (paper(tail=b"PK\x05\x06" + bytes(18)), "mixed"),
        (paper(head=b"PK\x05\x06\n"), "mixed"),
        (b" " + paper(), "damaged"),
        (paper().replace(b"%%EOF", b""), "damaged"),
        (paper(packed=b"9 0 <</Type/Page>>"), ""),
        (paper(packed=b" " * 3_000_000), ""),
    ],
)
def test_papers_are_looked_through(data: bytes, complaint: str) -> None:
    assert pdf.complaint(data) == complaint


@pytest.mark.timeout(20)
def test_a_paper_made_to_keep_the_checker_busy_ends_soon() -> None:
    for filling in (b"stream\n", b"stream\nendstream\n", b"#41"):
        pdf.complaint(paper(head=filling * (rules.MAX_FILE // 2 // len(filling))))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\王\\lamp.PNG", "lamp.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("照片\u202egpj.exe", "照片gpj.jpg"),
        ("\x00\x1f.jpg", "file.jpg"),
        ("长" * 200 + ".jpeg", "长" * 60 + ".jpg"),
        ("", "file.jpg"),
    ],
)
def test_names_are_made_fit_to_be_shown(given: str, kept: str) -> None:
    assert rules.clean_name(given, rules.JPEG) == kept


def test_a_prepared_file_is_not_prepared_twice() -> None:
    ready = prepare(upload(picture()))
    assert prepare(ready) is ready
    assert isinstance(ready, Prepared)

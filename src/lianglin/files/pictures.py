"""Pictures are drawn anew: what is stored holds pixels and nothing else that the sender's file held."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from lianglin.files.rules import LONGEST_SIDE, MAX_PIXELS, MAX_PIXELS_PROGRESSIVE, SMALL_SIDE

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to turn a picture upright, by its EXIF orientation."""


class TooManyPixels(ValueError):
    """The picture is larger than may be unpacked."""


class Damaged(ValueError):
    """The bytes are no picture of the kind they begin as, or end too early."""


def redraw(data: bytes, kind: str) -> tuple[bytes, bytes, tuple[int, int]]:
    """The picture as JPEG (upright, at most 2560 px), its small copy, and width and height.

    ``kind`` is what the bytes were sniffed as; only that decoder runs. Position, camera data, comments,
    colour profiles and whatever was hung on behind the picture stay behind. Raises TooManyPixels or Damaged.
    """
    try:
        with Image.open(BytesIO(data), formats=(kind,)) as source:
            _check_size(source, kind)
            turn = _UPRIGHT.get(_orientation(source))
            picture = _plain(source)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except TooManyPixels:
        raise
    except Exception as error:  # decoders raise nearly everything on broken bytes
        raise Damaged from error
    if turn is not None:
        picture = picture.transpose(turn)
    small = picture.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _jpeg(picture, 84), _jpeg(small, 72), picture.size


def _check_size(source: Image.Image, kind: str) -> None:
    limit = MAX_PIXELS_PROGRESSIVE if source.info.get("progressive") else MAX_PIXELS[kind]
    if source.width * source.height > limit:
        raise TooManyPixels


def _orientation(source: Image.Image) -> int:
    try:
        return source.getexif().get(_ORIENTATION, 1)
    except Exception:  # a broken EXIF block spoils no picture: it is thrown away in any case
        return 1


def _plain(source: Image.Image) -> Image.Image:
    """The pixels, no larger than is kept, on a fresh white sheet that shares nothing else with the source."""
    source.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is unpacked no larger than needed
    if source.mode.startswith("I"):  # 16 bits a pixel
        picture = source.convert("I").point(lambda value: value * (1 / 256)).convert("RGB")
    else:
        wanted = "RGBA" if source.has_transparency_data else "RGB"
        picture = source.convert(wanted)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    return sheet


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()

"""Small files to send: pictures with everything a phone writes into them, papers, and what is neither."""

from __future__ import annotations

import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

LATITUDE = (45.0, 45.0, 12.34)
SECRET = b"SECRET-IN-THE-PICTURE"


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (640, 480), *, orientation: int = 1, mode: str = "RGB"
) -> bytes:
    """A picture, red in its upper left quarter and blue elsewhere, full of what a phone tells about its owner."""
    image = Image.new("RGB", size, "blue")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    image = image.convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()  # maker
    exif.get_ifd(0x8825).update({1: "N", 2: LATITUDE, 3: "E", 4: (126.0, 38.0, 1.0)})
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
    out = BytesIO()
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        image.save(out, "PNG", exif=exif, pnginfo=text)
    elif kind == "WEBP":
        image.save(out, "WEBP", exif=exif, xmp=xmp)
    else:
        image.save(out, "JPEG", exif=exif, xmp=xmp, comment=SECRET)
    return out.getvalue()


def paper(objects: bytes = b"", *, packed: bytes = b"", head: bytes = b"", tail: bytes = b"") -> bytes:
    """A PDF of one empty page, with further objects, or with objects packed away in an object stream."""
    body = b"%PDF-1.7\n" + head + b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" + objects
    if packed:
        stream = zlib.compress(packed)
        body += b"7 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(stream)
        body += stream + b"\nendstream\nendobj\n"
    return body + b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n" + tail


def upload(data: bytes, name: str = "楼道.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    """The file as a form hands it over."""
    return SimpleUploadedFile(name, data, content_type)

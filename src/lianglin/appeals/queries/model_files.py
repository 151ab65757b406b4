"""Where the files of the models lie, and which encoder of the city's own is set; nothing heavy is loaded for it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from django.conf import settings

from lianglin.appeals.models import SimilarityModel

_HEX = frozenset("0123456789abcdef")


def folder() -> Path:
    """Where the models lie, a folder each; on every machine that serves pages or works in the background."""
    return settings.DATA / "similarity"


def version_in_force() -> str:
    """The version of the model in force; "" where none is."""
    return SimilarityModel.objects.filter(in_force=True).values_list("version", flat=True).first() or ""


def has_file(version: str) -> bool:
    """Whether a version's files are on this machine."""
    return bool(version) and (folder() / version / "model.json").exists()


def encoder() -> tuple[Path, str] | None:
    """(path, SHA-256) of the encoder that is set; None where none is."""
    path, _mark, digest = settings.TEXT_ENCODER.partition("#")
    return (Path(path.strip()), digest.strip().lower()) if path.strip() else None


def encoder_digest() -> str:
    """The digest of the encoder that is set; "" for none."""
    found = encoder()
    return found[1] if found else ""


def encoder_mark() -> bytes:
    """Stands before every row that the encoder made: rows of another one are not compared with its own."""
    digest = encoder_digest()
    return bytes.fromhex(digest[:16]) if len(digest) == 64 and set(digest) <= _HEX else b""


EncoderState = Literal["none", "no_file", "no_vocabulary", "no_digest", "no_package", "ready"]


def encoder_state() -> EncoderState:
    """What there is of the encoder, as far as one can tell without reading it; the job that uses it checks its digest."""
    found = encoder()
    if found is None:
        return "none"
    if not found[0].is_file():
        return "no_file"
    if not found[0].with_name("vocab.txt").is_file():
        return "no_vocabulary"
    if not encoder_mark():
        return "no_digest"
    return "ready" if find_spec("onnxruntime") else "no_package"

"""A city's own text encoder, as one more feature: an ONNX file by path and digest. Nothing is ever downloaded.

The file is read once; what is not exactly the file that was tested is refused. Needs the optional package onnxruntime,
imported only when an encoder is opened. Characters are looked up in the encoder's own vocab.txt (BERT's Chinese
models have one entry a character); its output is averaged over the characters and made length 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

LONGEST = 128
"""Characters of a text that are encoded."""


class Encoder(Protocol):
    """What turns texts into rows of length 1; equal texts give equal rows."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts), d)."""
        ...


class WrongEncoder(ValueError):
    """The file is not the one that was named, or cannot be used."""


def checked(path: Path, sha256: str) -> bytes:
    """The bytes of a file whose digest is known.

    Raises WrongEncoder when the file is missing, the digest is no SHA-256, or the two do not belong together.
    """
    wanted = sha256.strip().lower()
    if len(wanted) != 64 or set(wanted) - set("0123456789abcdef"):
        raise WrongEncoder(
            f"“{sha256[:80]}” is no SHA-256 digest. Give the 64 hexadecimal digits of {path.name}."
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WrongEncoder(
            f"{path} cannot be read: {error.strerror}. Check the path of the encoder."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != wanted:
        raise WrongEncoder(
            f"{path} has the digest {found}, not {wanted}. Use the file that was tested, or its digest."
        )
    return content


class OnnxEncoder:
    """The port's adapter for ONNX files with the inputs of a BERT model."""

    def __init__(self, session: Any, vocabulary: dict[str, int]) -> None:
        self._session, self._vocabulary = session, vocabulary
        self._inputs = {given.name for given in session.get_inputs()}

    @classmethod
    def open(cls, path: Path, sha256: str, vocabulary: Path) -> OnnxEncoder:
        """Opens an encoder. Raises WrongEncoder for a wrong file, or where onnxruntime is not installed."""
        content = checked(path, sha256)
        words = {
            word: number
            for number, word in enumerate(vocabulary.read_text(encoding="utf-8").split("\n"))
            if word
        }
        if not {"[CLS]", "[SEP]", "[UNK]"} <= words.keys():
            raise WrongEncoder(f"{vocabulary} lacks [CLS], [SEP] or [UNK]. Use the vocab.txt of the encoder.")
        try:
            import onnxruntime  # pyright: ignore[reportMissingImports] - optional
        except ImportError as error:
            raise WrongEncoder(
                "The package onnxruntime is not installed. Install it, or name no encoder."
            ) from error
        return cls(onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"]), words)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts), d)."""
        lines = [self._numbers(text) for text in texts]
        width = max(map(len, lines), default=0)
        ids, mask = np.zeros((len(lines), width), np.int64), np.zeros((len(lines), width), np.int64)
        for k, line in enumerate(lines):
            ids[k, : len(line)], mask[k, : len(line)] = line, 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        mean = (hidden * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1)
        length = np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return (mean / length).astype(np.float32)

    def _numbers(self, text: str) -> list[int]:
        known = self._vocabulary
        inner = [known.get(sign, known["[UNK]"]) for sign in text.lower()[:LONGEST] if not sign.isspace()]
        return [known["[CLS]"], *inner, known["[SEP]"]]

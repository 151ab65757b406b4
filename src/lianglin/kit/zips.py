"""What Python's zip reader raises over a damaged or locked file: no one exception stands for all of them. Pure."""

from __future__ import annotations

import lzma
import zipfile
import zlib

BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError, OSError, ValueError,
)  # fmt: skip

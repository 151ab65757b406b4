"""Signed anchors: exported audit that anybody verifies offline with the city's public key. No Django, no database.

A file is JSON lines: a head, per chain a line and its entries, at the end the anchor: what the file holds, the digest of
all lines before it, and an Ed25519 signature (RFC 8032) over the anchor's canonical JSON.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "lianglin-audit/1"
SEAL, ANCHOR = b"lianglin audit seal\0", b"lianglin audit anchor\0"
"""What a signature is for stands before what is signed, so that one cannot be shown as the other."""


def canonical(value: Any) -> bytes:
    """The one way in which a value is written to be hashed or signed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, seq: int, body: bytes) -> bytes:
    """The hash of an entry: SHA-256(previous hash | number as 8 bytes big-endian | body)."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + body).digest()


def public_of(private: bytes) -> bytes:
    """The 32 bytes of the public key that belongs to the 32 bytes of a private one."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, what: bytes, data: bytes) -> bytes:
    """64 bytes over what is signed and for what."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(what + data)


def is_signed(public: bytes, signature: bytes, what: bytes, data: bytes) -> bool:
    """Whether the signature is the key's over exactly this."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, what + data)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Entry:
    """One link as it is exported."""

    chain: str
    seq: int
    body: bytes
    hash: bytes


@dataclass
class _Writer:
    digest: Any = field(default_factory=hashlib.sha256)
    count: int = 0
    chains: dict[str, list[Any]] = field(default_factory=dict)  # chain -> [first, last, hash of the last]

    def line(self, value: Mapping[str, Any]) -> bytes:
        made = canonical(value) + b"\n"
        self.digest.update(made)
        return made


def export(
    entries: Iterable[tuple[bytes, Entry]],
    *,
    about: Mapping[str, Any],
    private: bytes,
    key: int,
    seal: Mapping[str, Any] | None,
) -> Iterator[bytes]:
    """The lines of a file. ``entries``: in order of chain and number, each with the hash of the one before it."""
    writer = _Writer()
    yield writer.line({"format": FORMAT, **about})
    for previous, entry in entries:
        if entry.chain not in writer.chains:
            writer.chains[entry.chain] = [entry.seq, entry.seq, ""]
            yield writer.line({"chain": entry.chain, "first": entry.seq, "previous": previous.hex()})
        writer.chains[entry.chain][1:] = [entry.seq, entry.hash.hex()]
        writer.count += 1
        body = base64.b64encode(entry.body).decode()
        yield writer.line({"seq": entry.seq, "body": body, "hash": entry.hash.hex()})
    anchor = {
        **about,
        "entries": writer.count,
        "chains": writer.chains,
        "sha256": writer.digest.hexdigest(),
        "seal": dict(seal) if seal else None,
        "key": key,
    }
    signature = sign(private, ANCHOR, canonical(anchor)).hex()
    yield canonical({"anchor": anchor, "signature": signature}) + b"\n"


def problems(lines: Iterable[bytes], public: bytes) -> Iterator[str]:
    """What is wrong with an exported file, in plain English; nothing when it is whole and signed by this key."""
    writer, chain, expected, previous = _Writer(), "", 0, b""
    anchor: dict[str, Any] | None = None
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line)
            if anchor is not None:
                yield f"line {number}: something follows the anchor"
                return
            if (number == 1) != ("format" in value) or value.get("format", FORMAT) != FORMAT:
                yield f"line {number}: not as in a file of the format {FORMAT}"
                return
            if "format" in value:
                pass
            elif "anchor" in value:
                anchor = value
            elif "chain" in value:
                chain, expected, previous = value["chain"], value["first"], bytes.fromhex(value["previous"])
                writer.chains[chain] = [expected, expected, ""]
            else:
                body, said = base64.b64decode(value["body"], validate=True), value["hash"]
                if value["seq"] != expected:
                    yield f"line {number}: chain {chain}: expected entry {expected}, found {value['seq']}"
                found = link(previous, value["seq"], body)
                if found.hex() != said:
                    yield f"line {number}: chain {chain}, entry {value['seq']}: the hash does not fit"
                writer.chains[chain][1:] = [value["seq"], said]
                writer.count, expected, previous = writer.count + 1, value["seq"] + 1, bytes.fromhex(said)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield f"line {number}: it cannot be read"
            return
        if anchor is None:
            writer.digest.update(line)
    yield from _anchored(anchor, writer, public)


def _anchored(signed: dict[str, Any] | None, writer: _Writer, public: bytes) -> Iterator[str]:
    if signed is None:
        yield "the anchor at the end is missing: the file was cut"
        return
    try:
        anchor, signature = signed["anchor"], bytes.fromhex(signed["signature"])
        same = (
            anchor["sha256"] == writer.digest.hexdigest(),
            anchor["entries"] == writer.count,
            anchor["chains"] == writer.chains,
        )
    except (ValueError, KeyError, TypeError):
        yield "the anchor cannot be read"
        return
    if not is_signed(public, signature, ANCHOR, canonical(anchor)):
        yield "the anchor is not signed by this key"
    if not all(same):
        yield "the anchor speaks of other lines than the file holds"

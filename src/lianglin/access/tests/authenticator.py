"""A passkey in software: what a phone or a USB key does, by the standard (W3C Web Authentication Level 2)."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One credential. ``origin``: the page that asks; ``verifies``: whether it was unlocked; ``counts``: the counter."""

    origin: str = "http://testserver"
    verifies: bool = True
    count: int = 0
    counts: bool = True
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: str, **changed: Any) -> str:
        """The answer to navigator.credentials.create, as the page's script writes it."""
        asked = json.loads(options)
        client = self._client("webauthn.create", asked["challenge"], changed)
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor.encode(public)
        data = self._data(asked["rp"]["id"], ATTESTED) + attested
        answer = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._written(clientDataJSON=client, attestationObject=answer)

    def get(self, options: str, **changed: Any) -> str:
        """The answer to navigator.credentials.get."""
        asked = json.loads(options)
        client = self._client("webauthn.get", asked["challenge"], changed)
        data = self._data(asked["rpId"], 0)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._written(clientDataJSON=client, authenticatorData=data, signature=signed)

    def _client(self, kind: str, challenge: str, changed: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **changed}
        return json.dumps(told).encode()

    def _data(self, party: str, flags: int) -> bytes:
        self.count += self.counts
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _written(self, **response: bytes) -> str:
        number = websafe_encode(self.credential)
        parts = {name: websafe_encode(value) for name, value in response.items()}
        assert websafe_decode(number) == self.credential
        made = {"id": number, "rawId": number, "type": "public-key", "response": parts}
        return json.dumps({**made, "clientExtensionResults": {}})

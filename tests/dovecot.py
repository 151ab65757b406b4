"""A real IMAP server for the tests of mail intake: Debian's Dovecot in the foreground, on a loopback port, in a folder of its own.

Chosen over an IMAP server written in Python: it is what many offices run, it is no dependency of ours, and its keywords,
literals and expunges are those that the code will meet.
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATH = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
"""Where the server is; None when this machine has none."""
CONFIGURATION = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/run
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
log_path = {folder}/log
mail_location = maildir:{folder}/mail/%u
auth_mechanisms = plain
first_valid_uid = 1
default_internal_user = {inner}
default_internal_group = {group}
default_login_user = {outer}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Server:
    """A running server: its port, the login that it takes from anybody, its certificate."""

    folder: Path
    port: int
    password: str
    process: subprocess.Popen[bytes]

    @property
    def certificate(self) -> Path:
        """To be trusted by whoever connects."""
        return self.folder / "cert.pem"

    def address(self, user: str, folder: str = "INBOX", password: str = "") -> str:
        """As LIANGLIN_MAIL_INTAKE takes it. Every user has an empty mailbox."""
        return f"imaps://{user}:{password or self.password}@localhost:{self.port}/{folder}"

    def link(self, user: str) -> imaplib.IMAP4_SSL:
        """Somebody else's mail program, logged in, with the inbox open."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        link = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=trust, timeout=20)
        link.login(user, self.password)
        link.select("INBOX")
        return link


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """The server, until the end of the block."""
    assert PATH is not None
    own = pwd.getpwuid(os.geteuid())
    as_root = own.pw_uid == 0
    mailer = pwd.getpwnam("nobody") if as_root else own
    password, port = secrets.token_urlsafe(12), _free_port()
    for name in ("run", "mail"):
        (folder / name).mkdir()
    os.chown(folder / "mail", mailer.pw_uid, mailer.pw_gid)
    _certificate(folder)
    given = {
        "inner": "dovecot" if as_root else own.pw_name, "outer": "dovenull" if as_root else own.pw_name,
        "group": "dovecot" if as_root else grp.getgrgid(own.pw_gid).gr_name, "uid": mailer.pw_uid, "gid": mailer.pw_gid,
    }  # fmt: skip
    text = CONFIGURATION.format(folder=folder, password=password, port=port, **given)
    (folder / "dovecot.conf").write_text(text)
    process = subprocess.Popen([PATH, "-F", "-c", str(folder / "dovecot.conf")])
    server = Server(folder, port, password, process)
    try:
        _wait_for(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait_for(server: Server) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    log = server.folder / "log"
    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")


def _certificate(folder: Path) -> None:
    """A certificate for localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.fromtimestamp(time.time(), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    shape = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption())
    )

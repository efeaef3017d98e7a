"""A real IMAP server on loopback: Debian's Dovecot as a private process with its own folder."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imapclient import IMAPClient
from werkzeug.serving import make_ssl_devcert

from tests.cluster import free_port

USER, PASSWORD = "vof@example.no", "mailbox password/1"
START_TIMEOUT_S = 20
# Debian's package brings this account; as root the server would refuse to open a mailbox.
SERVER_ACCOUNT = "dovecot"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {account}
default_internal_group = {group}
default_login_user = {account}
default_vsz_limit = 1G
first_valid_uid = 1
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
mail_fsync = never
ssl = {ssl}
{certificate}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/passwords
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class ImapServer:
    """A running server with one mailbox."""

    def __init__(self, port: int, certificate: str) -> None:
        self.port = port
        self.certificate = certificate
        # Certificates are made out to names.
        self.name = "localhost" if certificate else "127.0.0.1"

    @property
    def url(self) -> str:
        user, password = USER.replace("@", "%40"), PASSWORD.replace(" ", "%20").replace("/", "%2F")
        return f"imap://{user}:{password}@{self.name}:{self.port}/INBOX"

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into the mailbox, as a mail server does."""
        with self.opened() as client:
            for mail in mails:
                client.append(folder, mail)

    def list_mails(self, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder, oldest first; an empty list where there is no such folder."""
        with self.opened() as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
            return [found[uid][b"BODY[]"] for uid in sorted(found)]

    @contextmanager
    def opened(self) -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", port=self.port, ssl=False) as client:
            client.login(USER, PASSWORD)
            yield client


@contextmanager
def running_imap_server(
    certificate_in: Path | None = None, *, prefix: str = "", separator: str = "/"
) -> Iterator[ImapServer]:
    """Start a server and stop it afterwards.

    Args:
        certificate_in: a folder for a certificate of `localhost`; then it offers STARTTLS.
        prefix: of the folders' names, such as `INBOX.` where all lie below the inbox.
        separator: between the parts of a folder's name.
    """
    folder = Path(tempfile.mkdtemp(prefix="vof-imap-"))
    account = pwd.getpwuid(os.geteuid())
    if os.geteuid() == 0:
        account = pwd.getpwnam(SERVER_ACCOUNT)
    port = free_port()
    said = certificate = ""
    if certificate_in:
        certificate, key = make_ssl_devcert(str(certificate_in / "localhost"), host="localhost")
        shutil.copy(certificate, folder / "certificate")
        shutil.copy(key, folder / "key")
        said = f"ssl_cert = <{folder}/certificate\nssl_key = <{folder}/key"
    (folder / "passwords").write_text(f"{USER}:{PASSWORD}\n")
    (folder / "configuration").write_text(
        CONFIGURATION.format(
            folder=folder,
            account=account.pw_name,
            group=grp.getgrgid(account.pw_gid).gr_name,
            uid=account.pw_uid,
            gid=account.pw_gid,
            port=port,
            prefix=prefix,
            separator=separator,
            ssl="yes" if said else "no",
            certificate=said,
        )
    )
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            shutil.chown(path, account.pw_name)
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") or "dovecot"
    process = subprocess.Popen(
        [program, "-F", "-c", folder / "configuration"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[] if os.geteuid() == 0 else None,
    )
    try:
        wait_until_open(port, process, folder / "log")
        yield ImapServer(port, certificate)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_TIMEOUT_S)
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"no IMAP server:\n{log.read_text() if log.exists() else ''}")

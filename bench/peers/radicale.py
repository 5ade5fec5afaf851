"""Radicale: an address book over CardDAV, with one vCard per contact."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

import httpx2

from bench.load import free_port, process
from bench.peers import install
from bench.peers.peer import Kind, Peer, Request, Served, as_json
from numberkeep.domain.contacts.commands import BulkRow

USER: Final = "bench"
PASSWORD: Final = "bench-secret"  # noqa: S105 - of a temporary address book
BOOK: Final = f"/{USER}/contacts/"
TYPE: Final = "text/vcard; charset=utf-8"


def _card(digits: str, contact: dict[str, Any]) -> str:
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{digits}",
        f"FN:{contact['first_name']} {contact['last_name']}",
        f"N:{contact['last_name']};{contact['first_name']};;;",
        *([f"ORG:{contact['company_name']}"] if "company_name" in contact else []),
        *([f"CATEGORIES:{','.join(contact['tags'])}"] if "tags" in contact else []),
        *(f"X-{name.upper()}:{value}" for name, value in contact.get("custom_variables", {}).items()),
        f"TEL:+{digits}",
        "END:VCARD",
    ]
    return "\r\n".join(lines) + "\r\n"


def _phone_and_name(answer: httpx2.Response) -> tuple[str, str]:
    found = [re.search(wanted, answer.text, re.MULTILINE) for wanted in (r"^TEL:(\S+)", r"^N:[^;]*;([^;]*)")]
    phone, name = (match[1] if match else "" for match in found)
    return phone, name


class Radicale(Peer):
    """The name of a contact's card is its phone number. CardDAV cannot list the newest contacts or count."""

    name = "Radicale"
    pins = "radicale"
    release = "Radicale"
    keeps = "one file per contact, with fsync; 8 connections, as many as it serves at once"
    connections = 8
    requests: ClassVar[Mapping[Kind, Request]] = {
        "retrieve": Request(f"{BOOK}{{digits}}.vcf", _phone_and_name),
        "create": Request(
            f"{BOOK}{{digits}}.vcf",
            lambda _: None,
            "PUT",
            _card("{digits}", {"first_name": "Ada", "last_name": "Lovelace"}),
            TYPE,
        ),
    }

    def install(self) -> None:
        """Install the package."""
        install.python(self.pins)

    @contextmanager
    def serve(self, folder: Path, rows: Sequence[BulkRow]) -> Iterator[Served]:
        """Start Radicale with one user, and load the contacts as one address book."""
        (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        port = free_port()
        options = {
            "hosts": f"127.0.0.1:{port}",
            "storage-filesystem-folder": folder / "collections",
            "auth-type": "htpasswd",
            "auth-htpasswd-filename": folder / "users",
            "auth-htpasswd-encryption": "plain",
        }
        command = [str(install.python(self.pins)), "-m", "radicale"]
        command += [f"--{name}={value}" for name, value in options.items()]
        with process(command, port, {}, folder) as number:
            basic = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            served = Served(f"http://127.0.0.1:{port}", number, {"Authorization": f"Basic {basic}"})
            book = "".join(_card(contact["phone"][1:], contact) for contact in as_json(rows))
            headers = {**served.headers, "Content-Type": TYPE}
            served.http.put(served.url + BOOK, headers=headers, content=book).raise_for_status()
            yield served

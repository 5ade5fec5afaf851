"""Names what of the client and of the test kit is documented, in which order; the text is that of the docstrings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import sendblue_api

_CLIENT: Final[Mapping[str, Sequence[str]]] = {
    "Clients": ("SendblueAPI", "AsyncSendblueAPI"),
    "Contacts": ("resources.ContactsResource", "resources.BulkResource"),
    "Streams": ("Stream", "AsyncStream"),
    "HTTP responses": ("APIResponse", "AsyncAPIResponse"),
}
_SAME_METHODS: Final = {"AsyncSendblueAPI", "AsyncStream", "AsyncAPIResponse"}
"""Classes whose methods are those of the class before them."""

_KIT: Final[Mapping[str, Sequence[str]]] = {
    "Accounts": ("Account()",),
    "Calls and events": ("Call()", "Event()"),
    "Phones": ("Phone()", "Message()", "Received()"),
    "Faults": ("Faults()", "Fault()"),
    "Clock": ("Clock()",),
    "Services": ("Service", "ControlError()"),
}
"""Parentheses hide the arguments of classes that tests do not construct."""


def client_reference() -> str:
    """Return the sections of the client as Markdown with directives for Sphinx."""
    lines = []
    for title, names in _CLIENT.items():
        lines += [f"## {title}", ""]
        for name in names:
            option = "no-members" if name in _SAME_METHODS else "inherited-members"
            lines += _documented("autoclass", f"sendblue_api.{name}", option)
    lines += ["## Errors", ""]
    for name in _errors():
        lines += _documented("autoexception", f"sendblue_api.{name}", "show-inheritance")
    return "\n".join(lines)


def kit_reference() -> str:
    """Return the sections of the test kit, likewise."""
    lines = []
    for title, names in _KIT.items():
        lines += [f"## {title}", ""]
        for name in names:
            lines += _documented("autoclass", f"numberkeep.testing.{name}", "members")
    return "\n".join(lines)


def _documented(directive: str, name: str, option: str) -> Iterator[str]:
    yield from ("```{eval-rst}", f".. {directive}:: {name}", f"   :{option}:", "```", "")


def _errors() -> list[str]:
    """Return the public errors, the most general ones first."""
    public = {name: getattr(sendblue_api, name) for name in sendblue_api.__all__}
    errors = {name: each for name, each in public.items() if isinstance(each, type) and issubclass(each, Exception)}
    return sorted(errors, key=lambda name: (len(errors[name].__mro__), name))

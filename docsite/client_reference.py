"""Names what of the client is documented, in which order; the text is that of its docstrings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import sendblue_api

_CLASSES: Final[Mapping[str, Sequence[str]]] = {
    "Clients": ("SendblueAPI", "AsyncSendblueAPI"),
    "Contacts": ("resources.ContactsResource", "resources.BulkResource"),
    "Streams": ("Stream", "AsyncStream"),
    "HTTP responses": ("APIResponse", "AsyncAPIResponse"),
}
_SAME_METHODS: Final = {"AsyncSendblueAPI", "AsyncStream", "AsyncAPIResponse"}
"""Classes whose methods are those of the class before them."""


def client_reference() -> str:
    """Return the sections as Markdown with directives for Sphinx."""
    lines = []
    for title, names in _CLASSES.items():
        lines += [f"## {title}", ""]
        for name in names:
            lines += _documented("autoclass", name, "no-members" if name in _SAME_METHODS else "inherited-members")
    lines += ["## Errors", ""]
    for name in _errors():
        lines += _documented("autoexception", name, "show-inheritance")
    return "\n".join(lines)


def _documented(directive: str, name: str, option: str) -> Iterator[str]:
    yield from ("```{eval-rst}", f".. {directive}:: sendblue_api.{name}", f"   :{option}:", "```", "")


def _errors() -> list[str]:
    """Return the public errors, the most general ones first."""
    public = {name: getattr(sendblue_api, name) for name in sendblue_api.__all__}
    errors = {name: each for name, each in public.items() if isinstance(each, type) and issubclass(each, Exception)}
    return sorted(errors, key=lambda name: (len(errors[name].__mro__), name))

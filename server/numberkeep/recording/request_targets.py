"""Replaces the values in paths, queries and links, and leaves everything else as it was written."""

import re
from functools import cache
from typing import Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from numberkeep.http.routes import ROUTES
from numberkeep.recording.bodies import replaced_text
from numberkeep.recording.fictitious import Fictitious
from numberkeep.recording.fields import Kind, is_field_name, kind_of
from numberkeep.recording.words import is_plain

_SAFE: Final = "+~"
_OTHERS: Final = (
    "evaluate-service",
    "events",
    "groups",
    "health",
    "lines",
    "live",
    "lookup",
    "media",
    "messages",
    "metrics",
    "modify-group",
    "openapi.json",
    "ready",
    "send-group-message",
    "send-message",
    "send-typing-indicator",
    "status",
    "upload-file",
    "upload-media-object",
)
"""Segments of paths that ROUTES does not have."""

_link = re.compile(r"<(?:https?://[^/>]*)?(?P<target>/[^>]*)>(?P<parameters>[^,<]*)").finditer
_relation = re.compile(r";\s*rel=\"?(?P<relation>next|prev|previous|first|last)\"?\s*(?:;|$)", re.IGNORECASE).search


def replaced_target(target: str, fictitious: Fictitious) -> str:
    """Return the path and query of a request, as they are sent, with the values in them replaced."""
    path, mark, query = target.partition("?")
    parts = [_segment(part, fictitious) for part in path.split("/")]
    pairs = [_pair(pair, fictitious) for pair in query.split("&")] if query else []
    return f"{'/'.join(parts)}{mark}{'&'.join(pairs)}"


def replaced_link(link: str, fictitious: Fictitious) -> str:
    """Return the links of a `Link` header to other pages, with the values in them replaced, and without the host."""
    found = [(each["target"], _relation(each["parameters"])) for each in _link(link)]
    return ", ".join(
        f'<{replaced_target(target, fictitious)}>; rel="{relation["relation"].lower()}"'
        for target, relation in found
        if relation
    )


@cache
def fixed_segments() -> frozenset[str]:
    """Return the segments of paths that are no values: those of our routes and of the hosted service's."""
    ours = {part for route in ROUTES for part in route.path.split("/") if "{" not in part}
    return frozenset({*ours, *_OTHERS})


def _segment(part: str, fictitious: Fictitious) -> str:
    if part in fixed_segments():
        return part
    value = unquote(part, errors="replace")
    if not value.strip():
        return part
    if re.fullmatch(r"[a-z]+(?:-[a-z]+)*", value) and is_plain(value):
        return part  # a path of the API that is not in the list
    made = fictitious.phone(value) if _may_be_phone(value) else fictitious.text(value)
    return _quoted(part, made)


def _may_be_phone(value: str) -> bool:
    """Return whether a segment stands for a phone number, rather than for an id."""
    return not re.search(r"[A-Za-z]", value) or ":" in value


def _pair(pair: str, fictitious: Fictitious) -> str:
    name, mark, value = pair.partition("=")
    plain = unquote_plus(name, errors="replace")
    is_name = bool(mark) and is_field_name(plain)
    kind = kind_of(plain) if is_name else Kind.TEXT
    made_name = name if is_name else quote_plus(fictitious.text(plain))
    if kind is Kind.LEFT_OUT:
        return f"{made_name}{mark}"
    if kind in {Kind.PHONE, Kind.TIME}:  # a `+` in these is not a space
        made = _quoted(value, replaced_text(unquote(value, errors="replace"), kind, fictitious))
    else:
        made = quote_plus(replaced_text(unquote_plus(value, errors="replace"), kind, fictitious))
    return f"{made_name}{mark}{made}"


def _quoted(written: str, value: str) -> str:
    """Return a value in percent-encoding, its `+` encoded only where that of `written` is."""
    made = quote(value, safe=_SAFE)
    return made.replace("+", "%2B") if "%2b" in written.lower() else made

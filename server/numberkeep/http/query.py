"""Query strings: parsing them, and the link to the next page of a listing."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from numberkeep.domain.errors import InvalidInput

_MAX_FIELDS: Final = 200


def query_pairs(query: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a query, percent-encoded or in plain UTF-8.

    A `+` decodes to a space, as in a form. In a number and a time, which contain a `+` and no space, it is restored.

    Raises:
        InvalidInput: there are too many.
    """
    if not query:
        return []
    try:
        pairs = parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise InvalidInput(f"The query has more than {_MAX_FIELDS} parameters: send fewer.") from None
    return [(name, _restored[name](value)) if name in _restored else (name, value) for name, value in pairs]


def plus_restored(number: str) -> str:
    """Return a number from a URL with a leading `+` that was decoded to a space."""
    return "+" + number[1:] if number.startswith(" ") else number


def next_link(path: str, query: bytes, cursor: str) -> str:
    """Return the `Link` header that leads to the next page: the same query with this cursor. RFC 8288."""
    kept = [(name, value) for name, value in query_pairs(query) if name not in {"cursor", "offset"}]
    return f'<{path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'


def _zone_restored(time: str) -> str:
    # A space may also separate date and time; then the zone follows the second one.
    before, _, zone = time.rpartition(" ")
    return f"{before}+{zone}" if any(separator in before for separator in "Tt ") else time


_restored: Final = {
    "phone_number": plus_restored,
    "number": plus_restored,
    "from_number": plus_restored,
    "to_number": plus_restored,
    "sendblue_number": plus_restored,
    "created_after": _zone_restored,
    **{
        f"{column}_{bound}": _zone_restored
        for column in ("created_at", "updated_at", "sent_at")
        for bound in ("gte", "lte")
    },
}

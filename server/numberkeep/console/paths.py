"""Paths of the console that a request names: where to go on."""

import re
from typing import Final

from numberkeep.console.site import ROOT

_inner: Final = re.compile(rf"{ROOT}(/[\x21-\x7e]*)?(\?[\x21-\x7e]*)?").fullmatch


def inner_path(given: object) -> str:
    """Return a path of the console that was sent along; the first page if it is none.

    It leads to no other site: it begins with /console, and `//` or a backslash in it follows that.
    """
    return given if isinstance(given, str) and _inner(given) and "\\" not in given else ROOT

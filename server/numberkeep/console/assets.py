"""The scripts, styles and icons of the console, which browsers keep until they change.

They are compressed. Pages are not: they repeat what is searched for beside the token of forms, and the size of a
compressed page would let others guess the token (BREACH).
"""

import gzip
import hashlib
from importlib import resources
from typing import Final

from numberkeep.console.routing import NoPage
from numberkeep.console.site import ROOT
from numberkeep.http.answer import Answer, Headers
from numberkeep.http.request import Request

NAME: Final = "console.asset"
"""The name of the operation."""

_TYPES: Final = {"css": b"text/css; charset=utf-8", "js": b"text/javascript; charset=utf-8", "svg": b"image/svg+xml"}
_NOT_FOR_LONG: Final = b"no-cache"
_FOR_GOOD: Final = b"public, max-age=31536000, immutable"
_HEADERS: Final[Headers] = (
    (b"vary", b"accept-encoding"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'"),
)


class Assets:
    """The files in static/, in a folder whose name changes with any of them: modules import each other by name."""

    def __init__(self) -> None:
        folder = resources.files("numberkeep.console") / "static"
        self._files = {
            item.name: item.read_bytes() for item in folder.iterdir() if item.name.rpartition(".")[2] in _TYPES
        }
        self._compressed = {name: gzip.compress(body, mtime=0) for name, body in self._files.items()}
        every = b"".join(name.encode() + self._files[name] for name in sorted(self._files))
        self._folder = f"{ROOT}/static/{hashlib.sha256(every).hexdigest()[:12]}/"
        self._etags = {
            name: b'"%b"' % hashlib.sha256(body).hexdigest()[:20].encode() for name, body in self._files.items()
        }

    def url(self, name: str) -> str:
        """Return the path of a file.

        Raises:
            KeyError: there is none.
        """
        self._files[name]
        return self._folder + name

    def modules(self) -> list[str]:
        """Return the paths of the scripts, to be fetched together."""
        return [self._folder + name for name in sorted(self._files) if name.endswith(".js")]

    def answer(self, request: Request) -> Answer:
        """Return a file. A page from before an update gets the newer file, which is not kept under the old path.

        Raises:
            NoPage: there is no such file.
        """
        path: str = request.scope["path"]
        name = path.rpartition("/")[2]
        if name not in self._files or path.count("/") != self._folder.count("/"):
            raise NoPage
        kept = _FOR_GOOD if path.startswith(self._folder) else _NOT_FOR_LONG
        headers = (*_HEADERS, (b"etag", self._etags[name]), (b"cache-control", kept))
        content_type = _TYPES[name.rpartition(".")[2]]
        if request.header(b"if-none-match") == self._etags[name]:
            return Answer(304, b"", headers, content_type)
        if b"gzip" in (request.header(b"accept-encoding") or b""):
            return Answer(200, self._compressed[name], (*headers, (b"content-encoding", b"gzip")), content_type)
        return Answer(200, self._files[name], headers, content_type)

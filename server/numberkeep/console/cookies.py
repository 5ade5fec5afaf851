"""The console's cookies: who is signed in, what the reader has chosen, and what the next page reports."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final

import msgspec

from numberkeep.console.site import ROOT

Header = tuple[bytes, bytes]

THEME: Final = "numberkeep_theme"
ZONE: Final = "numberkeep_zone"
MASKED: Final = "numberkeep_masked"
_FLASH: Final = "numberkeep_flash"
_FORM: Final = "numberkeep_form"
_YEAR: Final = 365 * 24 * 3600
_MOST: Final = 3900
"""Bytes of a value: browsers drop cookies that have more than 4,096 in all."""
_LONGEST: Final = 600
"""Characters of a sentence that is cut off; each takes up to 4 bytes, and base64 a third more."""


class Flash(msgspec.Struct):
    """What the next page reports.

    Attributes:
        text: the sentence.
        undo: the path of the page that undoes it; `""` if there is none.
    """

    text: str
    undo: str = ""


@dataclass(slots=True, frozen=True)
class Jar:
    """The cookies of a request.

    Attributes:
        values: their values, by name.
        port: the port that the browser has connected to: browsers do not separate cookies by port, and several
            services may run on one machine.
        is_secure: whether the browser uses https.
    """

    values: Mapping[str, str]
    port: str
    is_secure: bool

    @classmethod
    def of(cls, header: bytes | None, host: bytes | None, *, is_secure: bool) -> "Jar":
        """Return the cookies of these headers; without the unreadable ones."""
        cookies = SimpleCookie()
        for part in (header or b"").decode("latin-1").split(";"):
            try:
                cookies.load(part)
            except CookieError:
                continue
        port = (host or b"").decode("latin-1").rpartition(":")[2]
        return cls({name: morsel.value for name, morsel in cookies.items()}, port if port.isdigit() else "", is_secure)

    @property
    def session(self) -> str:
        """The value of the session's cookie; `""` if there is none."""
        return self.values.get(self._session, "")

    @property
    def form_token(self) -> str:
        """The token of forms before a session; `""` if there is none."""
        return self.values.get(_FORM, "")

    @property
    def flash(self) -> Flash | None:
        """What the page has to report; None if there is nothing."""
        try:
            flash = msgspec.json.decode(urlsafe_b64decode(self.values.get(_FLASH, "").encode()), type=Flash)
        except (BadBase64, ValueError):
            return None
        return flash if not flash.undo or flash.undo.startswith(f"{ROOT}/") else None

    def set_session(self, value: str) -> Header:
        """Return the header that keeps a session in the browser, until it is closed."""
        return self._set(self._session, value)

    def clear_session(self) -> Header:
        """Return the header that removes it."""
        return self._set(self._session, "", age=0)

    def set_form_token(self, value: str) -> Header:
        """Return the header that keeps the token of forms before a session."""
        return self._set(_FORM, value)

    def set_flash(self, flash: Flash) -> Header:
        """Return the header that has the next page report something."""
        value = _encoded(flash)
        if len(value) > _MOST:
            text = flash.text if len(flash.text) <= _LONGEST else f"{flash.text[:_LONGEST]}…"
            value = _encoded(Flash(text, flash.undo.partition("?")[0]))
        return self._set(_FLASH, value, age=60)

    def clear_flash(self) -> Header:
        """Return the header after which it is not reported again."""
        return self._set(_FLASH, "", age=0)

    def set_choice(self, name: str, value: str) -> Header:
        """Return the header that keeps a choice of the reader for a year; `""` removes it."""
        return self._set(name, value, age=_YEAR if value else 0, script=True)

    @property
    def _session(self) -> str:
        return "__Host-numberkeep_session" if self.is_secure else f"numberkeep_session_{self.port}"

    def _set(self, name: str, value: str, *, age: int | None = None, script: bool = False) -> Header:
        path = "/" if name.startswith("__Host-") else ROOT
        parts = [f"{name}={value}", f"Path={path}", "SameSite=Strict"]
        if age is not None:
            parts.append(f"Max-Age={age}")
        if not script:
            parts.append("HttpOnly")
        if self.is_secure:
            parts.append("Secure")
        return b"set-cookie", "; ".join(parts).encode()


def _encoded(flash: Flash) -> str:
    return urlsafe_b64encode(msgspec.json.encode(flash)).decode()

"""One request for a page, as the page sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from typing import Any, TypeVar

import msgspec
from starlette.datastructures import FormData, QueryParams

from numberkeep.console.cookies import Flash, Header, Jar
from numberkeep.console.forms import read_form
from numberkeep.console.reader import Reader
from numberkeep.console.site import Site
from numberkeep.domain.errors import ReadOnlyKey
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.session import Session
from numberkeep.domain.stamp import Actor, ActorKind, Cause, CauseKind
from numberkeep.http.request import Request
from numberkeep.operations.operation import Call, Operation
from numberkeep.service.context import Context
from numberkeep.service.sessions import SignedIn

S = TypeVar("S", bound=msgspec.Struct)
I = TypeVar("I")  # noqa: E741 - input
O = TypeVar("O")  # noqa: E741 - output


@dataclass
class Visit:
    """A request for a page.

    Attributes:
        request: the HTTP request.
        site: what every page works with.
        jar: its cookies.
        reader: who reads the page.
        path: the arguments in its path, by name.
        signed_in: the session and its key; None for pages that need none.
        is_upload: whether the form may contain files.
        badges: what waits for a person, by section of the rail.
        cookies: the headers that set cookies with the answer.
    """

    request: Request
    site: Site
    jar: Jar
    reader: Reader
    path: Mapping[str, Any] = field(default_factory=dict)
    signed_in: SignedIn | None = None
    is_upload: bool = False
    badges: Mapping[str, str] = field(default_factory=dict)
    cookies: list[Header] = field(default_factory=list)
    _form: FormData | None = None

    @property
    def key(self) -> ApiKey:
        """The API key that signed in."""
        if self.signed_in is None:
            raise RuntimeError("this page is open to people without a session")
        return self.signed_in.key

    @property
    def session(self) -> Session:
        """The session."""
        if self.signed_in is None:
            raise RuntimeError("this page is open to people without a session")
        return self.signed_in.session

    @property
    def account(self) -> Account:
        """The account that the session shows."""
        return self.key.account

    @property
    def read_only(self) -> bool:
        """Whether the session may change nothing."""
        return self.key.read_only

    @property
    def zone(self) -> tzinfo:
        """The reader's time zone; UTC until a script has named it."""
        return self.reader.zone

    @property
    def base_url(self) -> str:
        """The URL of the service, as this reader reaches it."""
        scheme = "https" if self.jar.is_secure else "http"
        return f"{scheme}://{(self.request.header(b'host') or b'').decode('latin-1')}"

    @cached_property
    def query(self) -> QueryParams:
        """The query: a `+` stands for a space, as in every form."""
        return QueryParams(self.request.scope["query_string"])

    @cached_property
    def fragments(self) -> tuple[str, ...]:
        """The ids of the fragments that are asked for; empty if the whole page is."""
        return tuple((self.request.header(b"x-fragment") or b"").decode("latin-1").split())

    @property
    def is_swap(self) -> bool:
        """Whether a script asks for fragments and not for the whole page."""
        return bool(self.fragments)

    def shows(self, fragment: str) -> bool:
        """Return whether the whole page, or this fragment of it, is asked for."""
        return not self.fragments or fragment in self.fragments

    @property
    def has_read(self) -> bool:
        """Whether the body was read, as far as the request has one."""
        return self._form is not None or self.request.method in {"GET", "HEAD"}

    async def form(self) -> FormData:
        """Return the form; errors as for `read_form`."""
        if self._form is None:
            self._form = await read_form(self.request, is_upload=self.is_upload)
        return self._form

    async def close(self) -> None:
        """Remove the files of the form."""
        if self._form is not None:
            await self._form.close()

    @cached_property
    def context(self) -> Context:
        """The context of use cases: changes are recorded as the session's, and as part of the request."""
        actor = Actor(ActorKind.CONSOLE_SESSION, self.key.key_id)
        return self.site.api.context.acting(actor, Cause(CauseKind.REQUEST, self.request.request_id))

    async def call(self, operation: Operation[I, O], given: I) -> O:
        """Run an operation, as HTTP does, and return its output.

        Raises:
            ReadOnlyKey: the operation changes something, and the session may not.
            NumberkeepError: as the operation.
        """
        if not operation.reads and self.read_only:
            raise ReadOnlyKey
        return await operation.function(Call(self.context, self.account, self.site.api.notifier), given)

    def decoded(self, given: Mapping[str, Any], shape: type[S]) -> S:
        """Return the body of a request with these values, checked as HTTP does.

        Raises:
            InvalidInput: they are not valid.
        """
        return self.site.api.decoder.body(msgspec.json.encode(given), shape)

    def flash(self, text: str, undo: str = "") -> None:
        """Have the next page report something.

        Args:
            text: a sentence.
            undo: the path of a form that undoes it, which is sent by POST; `""` for none.
        """
        self.cookies.append(self.jar.set_flash(Flash(text, undo)))

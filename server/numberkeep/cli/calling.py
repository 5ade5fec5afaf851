"""Calls operations: over HTTP on the service that the environment names, or in this process on a database.

Both check, run and answer alike, so a command on an account's data is written once.
"""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar, get_args

import click
import httpx2
import msgspec

from numberkeep.cli.entry import importing
from numberkeep.cli.filters import Filters
from numberkeep.cli.on_database import no_account
from numberkeep.cli.on_service import Refused, service, without_login
from numberkeep.cli.targets import check_target
from numberkeep.config.database_url import existing_database, without_password
from numberkeep.config.settings import Settings, load_settings
from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.errors import NumberkeepError
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_PAGE
from numberkeep.http.errors import error_answer
from numberkeep.http.routes import ROUTES
from numberkeep.operations.contacts import list_contacts
from numberkeep.operations.operation import Call, Listed, Operation
from numberkeep.service.context import Context
from numberkeep.service.keys import DEFAULT_ACCOUNT
from numberkeep.service.matching import matcher
from numberkeep.service.outlets import Notifier
from numberkeep.store.queries import GetAccount
from numberkeep.stores import make_context
from numberkeep.wire.answers import Nothing
from numberkeep.wire.contacts import ContactOut
from numberkeep.wire.decoding import Decoder

O = TypeVar("O")  # noqa: E741 - output
T = TypeVar("T")
R = TypeVar("R")
Query = Sequence[tuple[str, str]]

_ANSWER_SECONDS: Final = 60.0
_SEARCH_SECONDS: Final = 600.0
"""How long a service may search before it sends the first contact."""
_EXPORT: Final = "/_numberkeep/export"
_ROUTES: Final = {route.operation.name: route for route in ROUTES}
_contacts: Final = msgspec.json.Decoder(ContactOut)


class Caller(Protocol):
    """Calls operations whose input is a query or a body.

    Attributes:
        place: what it works on, for messages, without a password.
    """

    place: str

    def call(self, operation: Operation[Any, O], body: object = None, query: Query = ()) -> O:
        """Return the output of an operation.

        Raises:
            Refused: the operation refused the input.
        """

    def pages(self, operation: Operation[Any, Listed[T]], query: Query) -> Iterator[list[T]]:
        """Yield a listing page by page. Raises as for `call`."""

    def search(self, filters: Filters) -> Iterator[list[ContactOut]]:
        """Yield the contacts that match filters which a listing does not have, oldest first. Raises as for `call`."""


@contextmanager
def calling(database: str | None, account: str | None, *, does: str = "Read from") -> Iterator[Caller]:
    """Yield a caller for the database if one is typed, else for the service; at the end, name the database on stderr.

    Raises:
        click.UsageError: an account is named for the service, which knows it by the key.
        ConfigError: neither is named, or the database cannot be used.
        Failure: the service cannot be reached, or the database does not have the account.
    """
    check_target(database, account)
    if database is None:
        with service(_ANSWER_SECONDS) as client:
            yield _OnService(client)
        return
    account = account or DEFAULT_ACCOUNT
    with _opened(load_settings(database=existing_database(database)), account) as caller:
        yield caller
    click.echo(f"{does} {caller.place}.", err=True)


class _OnService:
    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self.place = f"the service at {without_login(str(client.base_url)).rstrip('/')}"

    def call(self, operation: Operation[Any, O], body: object = None, query: Query = ()) -> O:
        output: O = _decoded(self._answer(operation, body, query), operation.output)
        return output

    def pages(self, operation: Operation[Any, Listed[T]], query: Query) -> Iterator[list[T]]:
        cursor: Query = ()
        while True:
            answer = self._answer(operation, None, [*query, *cursor])
            yield _decoded(answer, list[get_args(operation.output)[0]])  # type: ignore[misc]  # a type at run time
            link = answer.links.get("next")
            if link is None:
                return
            cursor = [("cursor", httpx2.URL(link["url"]).params["cursor"])]

    def search(self, filters: Filters) -> Iterator[list[ContactOut]]:
        query = httpx2.QueryParams([("format", "jsonl"), *filters.export_query()])
        with self._client.stream("GET", _EXPORT, params=query, timeout=_SEARCH_SECONDS) as answer:
            if answer.status_code != 200:  # noqa: PLR2004 - OK
                answer.read()
                raise Refused(answer)
            rest = b""
            for chunk in answer.iter_bytes():
                lines, newline, rest = (rest + chunk).rpartition(b"\n")
                try:
                    yield _contacts.decode_lines(lines + newline)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    raise Refused(answer) from None
            if rest:
                raise Refused(answer)

    def _answer(self, operation: Operation[Any, Any], body: object, query: Query) -> httpx2.Response:
        route = _ROUTES[operation.name]
        return self._client.request(
            route.method, route.path, params=list(query), json=None if route.body is None else body
        )


def _decoded(answer: httpx2.Response, shape: Any) -> Any:
    if answer.status_code == 200:  # noqa: PLR2004 - OK
        try:
            return msgspec.json.decode(answer.content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    raise Refused(answer)


class _OnDatabase:
    def __init__(
        self, runner: asyncio.Runner, context: Context, account: Account, notifier: Notifier, place: str
    ) -> None:
        self._runner = runner
        self._call = Call(context, account, notifier)
        self._decoder = Decoder(ignore_unknown=False)
        self.place = place

    def call(self, operation: Operation[Any, O], body: object = None, query: Query = ()) -> O:
        output = self._runner.run(_refused(self._run(operation, body, query)))
        made: O = msgspec.json.decode(msgspec.json.encode(output), type=operation.output)  # without older names
        return made

    def pages(self, operation: Operation[Any, Listed[T]], query: Query) -> Iterator[list[T]]:
        cursor: Query = ()
        while True:
            data, following = self._runner.run(_refused(self._page(operation, [*query, *cursor])))
            yield msgspec.json.decode(data, type=list[get_args(operation.output)[0]])  # type: ignore[misc]
            if following is None:
                return
            cursor = [("cursor", following)]

    def search(self, filters: Filters) -> Iterator[list[ContactOut]]:
        matches = matcher(filters.values)
        query = [*filters.list_query(), ("order_direction", "asc"), ("limit", str(MAX_PAGE))]
        for page in self.pages(list_contacts, query):
            yield [contact for contact in page if matches(_record(contact))]

    async def _page(self, operation: Operation[Any, Listed[T]], query: Query) -> tuple[bytes, str | None]:
        listed = await self._run(operation, None, query)
        if listed.long is None:
            return msgspec.json.encode(listed.items), listed.cursor
        async with listed.long as page:
            items = [item async for part in page.slices for item in part]
            return msgspec.json.encode(items), page.cursor

    async def _run(self, operation: Operation[Any, O], body: object, query: Query) -> O:
        route = _ROUTES[operation.name]
        parts: list[Any] = []
        if route.query is not Nothing:
            parts.append(self._decoder.params(query, route.query))
        if route.body is not None:
            parts.append(self._decoder.body(msgspec.json.encode(body), route.body))
        given = parts[0] if route.is_whole else operation.input(*parts)
        return await operation.function(self._call, given)


def _record(contact: ContactOut) -> ContactRecord:
    """Return a contact as searches take it."""
    return ContactRecord(
        contact_id=0,
        phone=contact.phone,
        created_at=0,
        first_name=contact.first_name or "",
        last_name=contact.last_name or "",
        company_name=contact.company_name or "",
        assigned_to_email=contact.assigned_to_email or "",
        sendblue_number=contact.sendblue_number or "",
        tags=msgspec.json.encode(contact.tags).decode(),
        custom_variables=msgspec.json.encode(contact.custom_variables).decode(),
        verified=contact.verified,
        opt_out=contact.opt_out,
    )


@contextmanager
def _opened(settings: Settings, name: str) -> Iterator[_OnDatabase]:
    with importing():
        from numberkeep.app import make_notifier  # noqa: PLC0415 - not needed to call a service

    context = make_context(settings)
    place = f"the account {name} in {without_password(settings.database)}"
    with asyncio.Runner() as runner:
        runner.run(context.store.open(migrate=False))
        try:
            account = runner.run(context.store.read(GetAccount(name)))
            if account is None:
                raise no_account(name)
            notifier = make_notifier(settings, context.clock)
            yield _OnDatabase(runner, context, account, notifier, place)
            runner.run(notifier.close())
        finally:
            runner.run(context.store.close())


async def _refused(output: Awaitable[R]) -> R:
    """Return an output; the errors of operations are those of the service."""
    try:
        return await output
    except NumberkeepError as error:
        answer = error_answer(error, "")
        if answer is None:
            raise
        raise Refused(httpx2.Response(answer.status, content=answer.body)) from error

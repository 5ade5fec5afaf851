"""What a page is: a function of a visit, at a method and a path below /console."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from numberkeep.http.answer import Headers
from numberkeep.operations.operation import Download

if TYPE_CHECKING:
    from numberkeep.console.visit import Visit


@dataclass(slots=True)
class Page:
    """A page to render.

    Attributes:
        template: its template.
        data: what the template shows.
        title: the page's title.
        section: the section of the rail that it belongs to, such as `contacts`; `""` for none.
        status: the HTTP status.
        headers: further headers.
    """

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    title: str = field(kw_only=True)
    section: str = field(default="", kw_only=True)
    status: int = field(default=200, kw_only=True)
    headers: Headers = field(default=(), kw_only=True)


@dataclass(slots=True)
class Redirect:
    """Another page to go to, which is fetched by GET.

    Attributes:
        to: its path, with the query, such as `/console/contacts?tag=vip`.
    """

    to: str


@dataclass(slots=True)
class Text:
    """An answer that is no page.

    Attributes:
        body: its bytes.
        content_type: what they are.
        headers: further headers.
        status: the HTTP status.
    """

    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    headers: Headers = ()
    status: int = 200


@dataclass(slots=True)
class Events:
    """A stream of events, for `data-events`.

    Attributes:
        fragments: yields the id of each fragment that has changed, or several ids with spaces between them.
    """

    fragments: AsyncGenerator[str, None]


Reply = Page | Redirect | Text | Events | Download
Handler = Callable[["Visit"], Awaitable[Reply]]


@dataclass(slots=True, frozen=True)
class PageRoute:
    """A page at its place.

    Attributes:
        method: GET or POST.
        path: the path below /console; arguments are in braces, with Starlette's convertors: `{contact_id:int}`.
        handler: returns the page.
        changes: whether it changes something, or asks whether to: sessions of read-only keys are refused.
        is_open: whether it needs no session.
        is_upload: whether its form may contain files.
        name: what logs and metrics call it.
    """

    method: str
    path: str
    handler: Handler
    changes: bool
    is_open: bool
    is_upload: bool
    name: str


def page(
    method: str, path: str, *, changes: bool = False, is_open: bool = False, is_upload: bool = False
) -> Callable[[Handler], PageRoute]:
    """Make a function a page; the arguments are described at `PageRoute`."""

    def made(handler: Handler) -> PageRoute:
        module, name = handler.__module__.rpartition(".")[2], getattr(handler, "__name__", "page")
        return PageRoute(method, path, handler, changes, is_open, is_upload, f"console.{module}.{name}")

    return made

"""Finds the page of a method and a path."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.convertors import Convertor
from starlette.routing import compile_path

from numberkeep.console.page import PageRoute
from numberkeep.console.site import ROOT
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.http.request_errors import HttpError, MethodNotAllowed


class NoPage(HttpError):
    """There is no page at this path."""

    def __init__(self) -> None:
        super().__init__(404, "There is no such page.")


class Routing:
    """The pages of the console.

    Args:
        routes: all of them. Of those that match a path, the first one is taken.
    """

    def __init__(self, routes: Iterable[PageRoute]) -> None:
        self._routes: list[tuple[re.Pattern[str], Mapping[str, Convertor[Any]], PageRoute]] = []
        for route in routes:
            pattern, _, convertors = compile_path(ROOT + route.path)
            self._routes.append((pattern, convertors, route))

    def find(self, method: str, path: str) -> tuple[PageRoute, dict[str, Any]]:
        """Return the page and the arguments in the path.

        Raises:
            NoPage: there is none at this path, or an id in it is too large for anything to have it.
            MethodNotAllowed: it has other methods.
        """
        wanted = "GET" if method == "HEAD" else method
        others: set[str] = set()
        for pattern, convertors, route in self._routes:
            if match := pattern.match(path):
                if route.method == wanted:
                    return route, _arguments(convertors, match.groupdict())
                others.add(route.method)
        if others:
            raise MethodNotAllowed(method, others)
        raise NoPage


def _arguments(convertors: Mapping[str, Convertor[Any]], given: Mapping[str, str]) -> dict[str, Any]:
    arguments = {name: convertors[name].convert(value) for name, value in given.items()}
    if any(isinstance(value, int) and value >= MAX_INTEGER for value in arguments.values()):
        raise NoPage
    return arguments

"""Which route a call goes to, by the path of the URL that the dialplan names."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

from agi.call import Call
from agi.errors import NoSuchRoute

Route = Callable[[Call], Awaitable[None]]
"""Speaks with one caller from the first word to the last. When it returns, the dialplan goes on."""

PATH = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*")


class Router:
    """The routes by path: `{"opt-out": opt_out}` is reached by `AGI(agi://127.0.0.1/opt-out)`."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        """:raises ValueError: a path is not words of small letters and digits, with dashes and slashes between."""
        for path in routes:
            if PATH.fullmatch(path) is None:
                raise ValueError(f"{path!r} is no path of a route (expected such as opt-out or sales/menu)")
        self._routes = dict(routes)

    def find(self, path: str) -> Route:
        """:raises NoSuchRoute: there is none of that path."""
        try:
            return self._routes[path]
        except KeyError:
            known = ", ".join(sorted(self._routes)) or "none at all"
            raise NoSuchRoute(f"there is no route {path[:60]!r}; there are: {known}") from None

"""`/healthz`, `/metrics`, `/status`, `/trace` and why campaigns dial: for probes, Prometheus and people with curl."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dialer.core.decisions import KEPT

Health = Callable[[], dict[str, bool]]
"""Each part the daemon needs, and whether it is well."""
Why = Callable[[str, int], list[dict[str, Any]] | None]
"""The last so many decisions of a campaign as `Decision.plain`, None when there is no such campaign."""


class WebPortTaken(Exception):
    """The address for /healthz and /metrics is not to be had."""


def build_app(
    health: Health,
    metrics: Callable[[], bytes],
    status: Callable[[], dict[str, Any]],
    trace: Callable[[], Iterator[str]],
    why: Why,
) -> Starlette:
    """The pages. `/healthz` answers 200 when every part is well and 503 when one is not, and names them.
    `/campaigns/NAME/why?last=N` has the pacer's last decisions, oldest first; 404 for a campaign that is not loaded."""

    async def healthz(_: Request) -> Response:
        parts = health()
        return JSONResponse({"well": all(parts.values()), "parts": parts}, 200 if all(parts.values()) else 503)

    async def metrics_page(_: Request) -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def status_page(_: Request) -> Response:
        return JSONResponse(status())

    async def trace_page(_: Request) -> Response:
        return PlainTextResponse("\n".join(trace()) + "\n")

    async def why_page(request: Request) -> Response:
        name, last = request.path_params["name"], request.query_params.get("last", str(KEPT))
        if not (last.isascii() and last.isdigit()):
            return JSONResponse({"error": f"last={last!r} is no number of decisions, expected 1 to {KEPT}"}, 400)
        decisions = why(name, int(last))
        if decisions is None:
            return JSONResponse({"error": f"no campaign {name!r} is loaded"}, 404)
        return JSONResponse({"campaign": name, "decisions": decisions})

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", metrics_page),
            Route("/status", status_page),
            Route("/trace", trace_page),
            Route("/campaigns/{name}/why", why_page),
        ]
    )


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes any free one.

    :raises WebPortTaken: with the address, and what to set instead.
    """
    try:
        return socket.create_server((host, port))
    except OSError as error:
        # Its own words name the address again.
        why = os.strerror(error.errno) if error.errno else str(error)
        raise WebPortTaken(
            f"web: cannot listen on {host}:{port} ({why}); set web.port or WAIHU_WEB_PORT to a free port"
        ) from error


class WebServer(uvicorn.Server):
    """A uvicorn that leaves the process's signals to the daemon."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The daemon drains on SIGTERM; the web server goes last, when it is told."""
        yield

    async def serve_on(self, sock: socket.socket) -> None:
        """Serve until cancelled or `should_exit` is set."""
        await self.serve(sockets=[sock])

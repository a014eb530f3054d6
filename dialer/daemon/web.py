"""`/healthz`, `/metrics`, `/status` and `/trace` on loopback: for probes, Prometheus and people with curl."""

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

Health = Callable[[], dict[str, bool]]
"""Each part the daemon needs, and whether it is well."""


class WebPortTaken(Exception):
    """The address for /healthz and /metrics is not to be had."""


def build_app(
    health: Health,
    metrics: Callable[[], bytes],
    status: Callable[[], dict[str, Any]],
    trace: Callable[[], Iterator[str]],
) -> Starlette:
    """The pages. `/healthz` answers 200 when every part is well and 503 when one is not, and names them."""

    async def healthz(_: Request) -> Response:
        parts = health()
        return JSONResponse({"well": all(parts.values()), "parts": parts}, 200 if all(parts.values()) else 503)

    async def metrics_page(_: Request) -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def status_page(_: Request) -> Response:
        return JSONResponse(status())

    async def trace_page(_: Request) -> Response:
        return PlainTextResponse("\n".join(trace()) + "\n")

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", metrics_page),
            Route("/status", status_page),
            Route("/trace", trace_page),
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

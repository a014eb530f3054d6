"""Task manners: every task has a name, is kept until it ends, and is watched while it lives.

Theory. asyncio holds a running task by a weak reference only, and an exception in a task that nobody awaits is told
to nobody until the task is collected. So tasks are started here and nowhere else: the crew holds them, and one that
dies of an exception is reported at once to whoever made the crew, who decides (the daemon stops). A task that ends
in order, or that is cancelled, is no news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

Died = Callable[[str, BaseException], None]
"""Told the name of a task and the exception it died of; called from the event loop, must not block."""


class TaskCrew:
    """The tasks of one owner, which live no longer than the owner."""

    def __init__(self, died: Died) -> None:
        self._died = died
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tasks that run now, in alphabetical order."""
        return tuple(sorted(task.get_name() for task in self._tasks))

    def start(self, name: str, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run a coroutine as a task of that name.

        :raises RuntimeError: the crew is closed.
        """
        if self._closed:
            coroutine.close()
            raise RuntimeError(f"task {name!r} cannot start: its crew is closed")
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel every task and wait until all have ended; the task that calls this is spared. May be called twice."""
        self._closed = True
        others = self._tasks - {asyncio.current_task()}
        for task in others:
            task.cancel()
        # `wait` retrieves no exception, so a task that dies while it is cancelled is still reported by `_ended`.
        if others:
            await asyncio.wait(others)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._died(task.get_name(), error)

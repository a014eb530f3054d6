"""dialer.tasks: named, kept, watched, ended with the owner."""

import asyncio
import gc

import pytest

from dialer.tasks import TaskCrew


class Obituary:
    """Remembers what was reported."""

    def __init__(self) -> None:
        self.deaths: list[tuple[str, BaseException]] = []

    def __call__(self, name: str, error: BaseException) -> None:
        self.deaths.append((name, error))


async def test_a_task_has_the_name_and_gives_its_result() -> None:
    obituary = Obituary()
    crew = TaskCrew(obituary)

    async def answer() -> int:
        return 42

    task = crew.start("asks", answer())
    assert list(crew.names) == ["asks"]
    assert await task == 42
    assert task.get_name() == "asks"
    await asyncio.sleep(0)
    assert list(crew.names) == []
    assert obituary.deaths == []


async def test_a_death_is_reported_at_once_though_nobody_awaits() -> None:
    obituary = Obituary()
    crew = TaskCrew(obituary)

    async def fall() -> None:
        raise LookupError("the rope broke")

    crew.start("climbs", fall())
    await asyncio.sleep(0.01)
    [(name, error)] = obituary.deaths
    assert name == "climbs"
    assert isinstance(error, LookupError)


async def test_a_running_task_is_not_collected() -> None:
    crew = TaskCrew(Obituary())
    reached = asyncio.Event()

    async def wait_for_a_future_that_only_it_knows() -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        loop.call_later(0.02, future.set_result, None)
        await future
        reached.set()

    crew.start("waits", wait_for_a_future_that_only_it_knows())
    await asyncio.sleep(0)
    gc.collect()
    await asyncio.wait_for(reached.wait(), 1)


async def test_close_cancels_waits_for_the_end_and_admits_no_more() -> None:
    obituary = Obituary()
    crew = TaskCrew(obituary)
    swept: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            swept.append("swept")

    crew.start("works", work())
    await asyncio.sleep(0)
    await crew.close()
    assert swept == ["swept"]
    assert crew.names == ()
    assert obituary.deaths == []

    late = work()
    with pytest.raises(RuntimeError, match="'late' cannot start"):
        crew.start("late", late)
    await crew.close()


async def test_a_death_on_cancellation_is_reported() -> None:
    obituary = Obituary()
    crew = TaskCrew(obituary)

    async def stumble() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise LookupError("on the way out")

    crew.start("stumbles", stumble())
    await asyncio.sleep(0)
    await crew.close()
    await asyncio.sleep(0)
    assert [name for name, _ in obituary.deaths] == ["stumbles"]


async def test_a_task_may_close_its_own_crew() -> None:
    crew = TaskCrew(Obituary())

    async def forever() -> None:
        await asyncio.sleep(60)

    async def closer() -> str:
        await crew.close()
        return "closed"

    other = crew.start("forever", forever())
    assert await asyncio.wait_for(crew.start("closer", closer()), 1) == "closed"
    assert other.cancelled()

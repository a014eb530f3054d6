"""dialer.engine.engine: one queue, one consumer, wishes to the rooms, answers back as events."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialer import Dialer
from dialer.core.words import CampaignOrder, ChannelId, MachineVerdict, Timer
from dialer.engine import engine as module
from dialer.engine.clock import Clock
from dialer.engine.engine import Engine
from dialer.tasks import TaskCrew
from tests.factories import ANNA, NEVER_CALLED, SPRING, attempt_id, make_lead, make_policy, make_profile, make_site
from tests.fakes.rooms import StoreRoom, TelephoneRoom, pin_check
from tests.fakes.waiting import until

A = attempt_id(1)
CHANNEL = ChannelId(A)
LEG = ChannelId("leg-1")


class House:
    """An engine with its rooms, running."""

    def __init__(self) -> None:
        self.deaths: list[tuple[str, BaseException]] = []
        self.crew = TaskCrew(lambda name, error: self.deaths.append((name, error)))
        self.engine = Engine(Dialer(), Clock(), self.crew)
        self.telephone = TelephoneRoom()
        self.store = StoreRoom(self.engine.post)
        self.engine.connect(self.telephone, self.store, pin_check("4711"))
        self.crew.start("engine", self.engine.run())

    def post(self, *events: ev.Event) -> None:
        for event in events:
            self.engine.post(event)

    async def idle(self) -> None:
        await until(lambda: self.engine.depth == 0)

    async def open(self) -> None:
        """A campaign runs, and an agent waits."""
        now = self.engine.clock.now()
        self.post(
            ev.SiteLoaded(site=make_site(make_profile(ANNA))),
            ev.CampaignLoaded(policy=make_policy(), window=NEVER_CALLED),
            ev.AsteriskBack(live=(), last_words=(), restarted=False, at=now),
            ev.CampaignOrdered(campaign=SPRING, order=CampaignOrder.START, by="boss"),
            ev.AgentLegUp(channel=LEG, at=now, agent=ANNA),
        )
        await self.idle()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    house.engine.alarms.forget_all()
    await house.crew.close()


async def test_a_whole_call(house: House) -> None:
    await house.open()
    now = house.engine.clock.now
    house.post(ev.LeadsFetched(campaign=SPRING, leads=(make_lead(1),), next_due_at=None, remaining=1, total=1))
    await until(lambda: [wish for wish in house.telephone.wishes if isinstance(wish, do.Originate)])
    house.post(ev.Arrived(channel=CHANNEL, at=now(), verdict=MachineVerdict.OFF))
    await until(lambda: do.Join(channel=CHANNEL, agent=ANNA, agent_leg=LEG) in house.telephone.wishes)
    house.post(ev.HungUp(channel=CHANNEL, at=now(), cause=16))
    await until(lambda: do.ForgetCall(attempt=A) in house.telephone.wishes)
    assert [type(wish) for wish in house.store.wishes if not isinstance(wish, do.RecordInterval)] == [
        do.RecordCampaignState,
        do.FetchLeads,
        do.OpenAttempt,
        do.CloseAttempt,
    ]
    assert house.engine.dialer.floor.calls == {}
    assert house.engine.handled == len(list(house.engine.trace))


async def test_timers_wake_the_core(house: House) -> None:
    await house.open()
    beats = [event for _, event in house.engine.trace if event == ev.TimerFired(timer=Timer("pace", SPRING))]
    await until(
        lambda: (
            sum(event == ev.TimerFired(timer=Timer("pace", SPRING)) for _, event in house.engine.trace) > len(beats) + 1
        )
    )


async def test_pins_are_checked_beside_the_queue(house: House) -> None:
    now = house.engine.clock.now()
    house.post(
        ev.SiteLoaded(site=make_site(make_profile(ANNA))),
        ev.LoginTried(channel=LEG, at=now, agent=ANNA, pin="4711"),
        ev.LoginTried(channel=ChannelId("leg-2"), at=now, agent=ANNA, pin="0000"),
    )
    await until(lambda: len(house.telephone.wishes) == 2)
    assert house.telephone.wishes == [
        do.AdmitAgent(channel=LEG, agent=ANNA),
        do.DenyAgent(channel=ChannelId("leg-2")),
    ]


async def test_oddities_are_counted_and_the_show_goes_on(house: House) -> None:
    await house.open()
    stranger = ev.AgentLegUp(channel=ChannelId("x"), at=house.engine.clock.now(), agent=make_profile().number)
    house.post(stranger, stranger)
    await house.idle()
    assert house.engine.oddities == {"second phone of an agent": 2}
    assert house.deaths == []


async def test_the_end_is_told_when_all_is_drained(house: House) -> None:
    await house.open()
    assert not house.engine.finished.is_set()
    house.post(ev.DrainAsked(), ev.LeadsFetched(campaign=SPRING, leads=(), next_due_at=None, remaining=0, total=0))
    await until(house.engine.finished.is_set)
    assert isinstance(house.store.wishes[-1], do.RecordInterval)
    assert len(house.engine.alarms) == 0


async def test_every_wish_is_shown_to_who_looks_on(house: House) -> None:
    seen: list[do.Command] = []
    house.engine.on_command = seen.append
    await house.open()
    assert [wish for wish in seen if isinstance(wish, do.TelephoneCommand)] == list(house.telephone.wishes)
    assert [wish for wish in seen if isinstance(wish, do.StoreCommand)] == list(house.store.wishes)


async def test_a_mistake_of_ours_ends_the_engine_and_leaves_the_trace(house: House) -> None:
    await house.open()
    house.telephone.breaks = True
    last = ev.AgentLegUp(channel=ChannelId("x"), at=house.engine.clock.now(), agent=ANNA)
    house.post(last)
    await until(lambda: house.deaths)
    assert [(name, str(error)) for name, error in house.deaths] == [("engine", "the telephone room is broken")]
    assert list(house.engine.trace)[-1][1] == last


async def test_a_crowd_of_events_does_not_keep_others_from_their_work(house: House) -> None:
    await house.open()
    turns = 0
    for _ in range(500):
        house.post(ev.Rang(channel=CHANNEL, at=house.engine.clock.now()))
    while house.engine.depth:
        turns += 1
        await asyncio.sleep(0)
    assert turns > 50


async def test_being_behind_is_told_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(module, "QUEUE_ALARM", 3)
    monkeypatch.setattr(module.log, "warning", lambda what, **_: told.append(what))
    monkeypatch.setattr(module.log, "info", lambda what, **_: told.append(what))
    house.post(*(ev.StoreLost() for _ in range(10)))
    await house.idle()
    await asyncio.sleep(0)
    assert told == ["the core is behind", "the core has caught up"]


async def test_without_rooms_nothing_is_lost_silently() -> None:
    deaths: list[str] = []
    crew = TaskCrew(lambda name, error: deaths.append(f"{name}: {error}"))
    engine = Engine(Dialer(), Clock(), crew)
    crew.start("engine", engine.run())
    engine.post(ev.DrainAsked())
    await until(lambda: deaths)
    await crew.close()
    assert deaths == ["engine: the engine has no rooms yet; call connect() first"]

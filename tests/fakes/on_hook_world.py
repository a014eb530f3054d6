"""The world of `talking_world.py` with agents who have put the receiver down, every other one of them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from dialer.core import events as ev
from dialer.core import queues
from dialer.core.policy import AgentProfile, OnHook
from dialer.core.words import AgentNumber, AgentOrder, AgentState, Hold
from tests.factories import make_profile
from tests.fakes.talking_world import TalkingWorld


class OnHookWorld(TalkingWorld):
    """One life of a call centre whose phones ring."""

    terms = OnHook(ring=timedelta(seconds=6))

    def profile(self, number: AgentNumber) -> AgentProfile:
        """Every other agent is on hook, the first of them too."""
        on_hook = self.terms if self.numbers.index(number) % 2 == 0 else None
        return make_profile(number, on_hook=on_hook)

    def inherit_agents(self) -> None:
        """As the last status had it."""
        self.post(ev.PausesInherited(pauses=self._pauses))
        self.post(ev.OnHookInherited(agents=self._on_hook))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._pauses: dict[AgentNumber, str] = {}
        self._on_hook: frozenset[AgentNumber] = frozenset()

    def crash(self) -> None:
        """What was known of the agents is known again."""
        known = self.dialer.floor.agents.values()
        self._pauses = {one.number: one.reason for one in known if one.state is AgentState.PAUSED}
        self._on_hook = frozenset(one.number for one in known if one.profile.on_hook and one.state.on_shift)
        super().crash()

    def command(self, number: AgentNumber, order: AgentOrder, argument: str = "") -> None:
        """Somebody asks something of an agent by command."""
        self.post(ev.AgentOrdered(agent=number, order=order, argument=argument, by="boss"))

    def everybody_comes(self) -> None:
        """Who is on hook by command, the others by telephone."""
        for number in self.numbers:
            if self.profile(number).on_hook is not None:
                self.at(1.0, partial(self.log_in, number, called=True))
            else:
                self.at(1.0, partial(self.log_in, number, called=False))

    def _handle(self, event: ev.Event) -> None:
        super()._handle(event)
        floor = self.dialer.floor
        if Hold.ASTERISK_LOST in floor.holds:
            return
        for agent in floor.agents.values():
            if agent.profile.on_hook is not None:
                assert agent.state is not AgentState.LOST, f"on hook and lost: {agent}"
                assert agent.leaving is None or agent.leg is not None, f"never gone: {agent}"
        waiting = [one for one in floor.callers.values() if one.waits]
        rung = [one for one in floor.agents.values() if one.summoned]
        assert len(rung) <= len(waiting), f"{rung} are rung for {waiting}"
        idle = [one for one in floor.agents.values() if one.may_be_rung]
        if len(rung) < len(waiting) and idle:
            able = any(queues.may_take(agent.profile, one.terms) for agent in idle for one in waiting)
            assert not able, f"{idle} are not rung for {waiting}"

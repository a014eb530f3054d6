"""dialer.core.snapshot: the floor as plain values."""

import json
from dataclasses import replace

import pytest

from dialer.core import events as ev
from dialer.core.false_positives import TakenForNobody
from dialer.core.floor import Floor
from dialer.core.found import WindowCount
from dialer.core.pacing.rates import PRIOR_TALK, PRIOR_WRAP
from dialer.core.policy import RecordingPolicy
from dialer.core.recording import RecordingSwitched
from dialer.core.snapshot import last_decisions, snapshot
from dialer.core.words import Mode, RecordingMode
from tests.callers import staffed
from tests.factories import ANNA, BEN, LISTENS, SPRING, make_lead
from tests.scenes import channel_of, opening, running, talking
from tests.supervised import listening


def test_a_call_centre_at_work() -> None:
    play = talking(ANNA, BEN).press("*21", agent=BEN).fetched(make_lead(2)).feed(ev.StoreLost())
    seen = json.loads(json.dumps(snapshot(play.dialer.floor, play.now).plain()))
    assert seen["at"] == "2026-03-02T10:00:13.000+00:00"
    assert seen["holds"] == ["store_lost"]
    assert seen["agents"][0] == {
        "number": "1001",
        "name": "坐席 1001",
        "state": "talking",
        "reason": "",
        "seconds": 10.0,
        "attempt": "attempt-1",
        "campaign": "spring",
        "queue": None,
        "offer": False,
        "on_hook": False,
        "phone_up": True,
        "recording": None,
    }
    assert (seen["agents"][1]["state"], seen["agents"][1]["reason"]) == ("paused", "lunch")
    (campaign,) = seen["campaigns"]
    assert (campaign["name"], campaign["mode"], campaign["state"]) == ("spring", "progressive", "running")
    assert campaign["lines"] == {"talking": 1}
    assert campaign["agents"] == {"talking": 1, "paused": 1}
    assert (campaign["hopper"], campaign["remaining"], campaign["total"]) == (1, 1, 1)
    assert campaign["window"] == {"answered": 1, "abandoned": 0}
    assert (campaign["drop_cap"], campaign["config_version"]) == (0.03, "v1")


@pytest.mark.parametrize("counted", [True, False])
def test_people_taken_for_machines_are_told_whether_they_count_or_not(counted: bool) -> None:
    play = running(machines=replace(LISTENS, count_in_drop_cap=counted))
    taken = TakenForNobody(unheard=400, checked=50, people=2)
    window = WindowCount(answered=80, abandoned=10, taken=taken)
    play.feed(ev.CampaignLoaded(policy=play.campaign.policy, window=window))
    (campaign,) = snapshot(play.dialer.floor, play.now).campaigns
    assert campaign["taken_for_nobody"] == {
        "unheard": 400,
        "checked": 50,
        "people": 2,
        "silent_calls": pytest.approx(20.0),
        "abandon_rate_with_silent": pytest.approx(0.3),
        "counted": counted,
        "all_heard": counted,
    }


def test_whether_the_talk_is_recorded_is_told_with_the_agent() -> None:
    play = talking(recording=RecordingPolicy(mode=RecordingMode.ALL))

    def said() -> str | None:
        told: str | None = snapshot(play.dialer.floor, play.now).agents[0]["recording"]
        return told

    assert said() == "on"
    play.feed(RecordingSwitched(channel=channel_of(1), at=play.now, paused=True))
    assert said() == "paused"
    play.hung_up()
    assert said() is None


def test_why_it_last_dialled_is_told_beside_why_it_does_not_now() -> None:
    campaign = snapshot((play := running(leads=2).wait(1.5)).dialer.floor, play.now).campaigns[0]
    assert campaign["because"].startswith("0 lines: ")
    assert campaign["last_launch"]["because"].startswith("1 line: ")
    assert (campaign["last_launch"]["lines"], campaign["launched"]) == (1, 1)
    assert [decision["lines"] for decision in campaign["recent"]][-2:] == [1, 0]
    assert campaign["decisions"]["launched"] == 1
    rates = play.campaign.rates
    assert campaign["figures"]["learned_answer_rate"] == rates.answer_rate
    assert campaign["figures"]["learned_talk_seconds"] == rates.talk.mean
    assert snapshot(opening().dialer.floor, play.now).campaigns[0]["last_launch"] is None


def test_why_is_asked_of_campaigns_that_are_there() -> None:
    floor = running(leads=2).wait(1.5).dialer.floor
    decisions = last_decisions(floor, SPRING, 2)
    assert decisions is not None
    assert [decision["lines"] for decision in decisions] == [1, 0]
    assert last_decisions(Floor(), SPRING, 2) is None


def test_a_lead_on_offer_and_how_calls_ended() -> None:
    play = running(Mode.PREVIEW)
    assert snapshot(play.dialer.floor, play.now).agents[0]["offer"] is True
    play.press("1").opened().hung_up(cause=17)
    assert snapshot(play.dialer.floor, play.now).campaigns[0]["dispositions"] == {"busy": 1}


def test_who_is_supervised() -> None:
    play = listening().wait(4.0)
    assert snapshot(play.dialer.floor, play.now).plain()["supervisors"] == [
        {
            "number": "9001",
            "name": "主管 Boss",
            "state": "listening",
            "agent": "1001",
            "attempt": "attempt-1",
            "seconds": 4.0,
            "recording": None,
        }
    ]


def test_a_queue_with_callers() -> None:
    play = staffed(ANNA, BEN).calls_in(1).caller_joined(1).press("*21", agent=BEN).wait(7).calls_in(2).wait(5)
    (queue,) = snapshot(play.dialer.floor, play.now).queues
    assert (queue["team"], queue["waiting"], queue["longest_wait_seconds"]) == ("sales", 1, 5.0)
    assert queue["callers"] == {"talking": 1, "queued": 1}
    assert queue["expected_wait_seconds"] == pytest.approx(2 * (PRIOR_TALK + PRIOR_WRAP))
    assert (queue["outcomes"], queue["answered_in_time"]) == ({"answered": 1}, 1)
    assert snapshot(play.dialer.floor, play.now).agents[0]["queue"] == "sales"

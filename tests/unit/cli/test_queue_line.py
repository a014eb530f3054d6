"""How a queue is shown to people."""

from dialer.core.snapshot import snapshot
from dialer.demo.picture import queue_line
from tests.callers import QueueScene, staffed
from tests.factories import ANNA


def shown(play: QueueScene) -> str:
    (queue,) = snapshot(play.dialer.floor, play.now).queues
    return queue_line(queue)


def test_who_waits_and_how_it_went() -> None:
    play = staffed(ANNA).calls_in(1).caller_joined(1).calls_in(2).wait(12)
    assert shown(play) == "queue sales: 1 waiting, the longest for 12 s; ≈210 s for who calls now; 1 answered"
    play.caller_hangs_up(2).phone_goes()
    assert shown(play) == "queue sales: 0 waiting; nobody to take a call; 1 answered, 1 abandoned"

"""A call without a network: what a route asks reaches something that reads and answers as Asterisk does."""

from __future__ import annotations

from agi.call import Call
from agi.errors import CallerHungUp
from agi.protocol import Headers, Parser, Reply
from agi.request import request_from
from tests.fakes.agi_peer import Answer, opening, read_as_asterisk


class AsteriskLine:
    """Answers commands as Asterisk would; the caller hangs up while the command of that number is on its way."""

    def __init__(self, answer: Answer, hangs_up_at: int | None = None, opens: bytes = opening()) -> None:
        self._answer = answer
        self._hangs_up_at = hangs_up_at
        self._parser = Parser()
        (self.opening,) = self._parser.feed(opens)
        self.asked: list[str] = []

    async def ask(self, command: bytes, seconds: float | None) -> Reply:
        words = read_as_asterisk(command.removesuffix(b"\n"))
        if self._hangs_up_at is not None and len(self.asked) >= self._hangs_up_at:
            raise CallerHungUp("the caller hung up")
        self.asked.append(" ".join(words))
        (reply,) = self._parser.feed(self._answer(words).encode() + b"\n")
        assert isinstance(reply, Reply)
        return reply


def on(line: AsteriskLine) -> Call:
    assert isinstance(line.opening, Headers)
    return Call(line, request_from(line.opening), reply_seconds=5)

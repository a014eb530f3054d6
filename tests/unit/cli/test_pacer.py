"""`waihu pacer`."""

import json

from tests.unit.cli.conftest import Waihu

HELLO = '{"hello": {"cap": 0.03, "n_agents": 4, "patience": 2.0, "ring_timeout": 25.0, "mode": "progressive"}}\n'


def test_each_line_is_answered(waihu: Waihu) -> None:
    moments = '{"t": 1, "idle": [0.5, 2.5]}\n{"t": 2, "idle": [1.5], "talk": [0.5], "ringing": [1.0]}\n'
    result = waihu("pacer", stdin=HELLO + moments)
    assert (result.exit_code, result.stderr) == (0, "")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["launch"] for answer in answers] == [2, 0]
    assert all(answer["because"] for answer in answers)


def test_a_line_that_is_not_understood_exits_2(waihu: Waihu) -> None:
    result = waihu("pacer", stdin=HELLO + '{"t": 1, "idle": "many"}\n')
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "waihu: line 2: idle is 'many'; expected a list\n"

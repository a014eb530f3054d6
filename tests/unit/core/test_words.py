"""dialer.core.words: what the states of the glossary imply."""

from dialer.core.words import AgentState, CallState, Disposition


def test_who_is_on_shift() -> None:
    assert {state for state in AgentState if not state.on_shift} == {AgentState.LOGGED_OUT, AgentState.LOST}


def test_which_calls_hold_a_line_and_which_are_pending() -> None:
    assert [state for state in CallState if not state.holds_line] == [
        CallState.OPENING,
        CallState.WRAPPING,
        CallState.RECORDING,
        CallState.GONE,
    ]
    assert {state for state in CallState if state.takes_line and not state.holds_line} == {CallState.OPENING}
    assert [state for state in CallState if state.pending] == [
        CallState.OPENING,
        CallState.DIALING,
        CallState.RINGING,
        CallState.ANSWERED,
    ]


def test_which_dispositions_count_against_the_abandon_rate() -> None:
    assert {d for d in Disposition if d.live_answer} == {Disposition.ANSWERED, Disposition.ABANDONED}

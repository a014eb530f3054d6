"""Wishes to actions: what is sent, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.asterisk import actions
from dialer.asterisk.errors import HeaderRefused
from dialer.core import commands as do
from dialer.core import recording as rec
from dialer.core import supervision as sv
from dialer.core.detection import Detection
from dialer.core.supervision_words import MonitorMode
from dialer.core.words import AgentNumber, AttemptId, ChannelId, SupervisorNumber

ATTEMPT = AttemptId("0d9a6b52-6a2e-4a54-9f5c-0c6f5f0a9a11")


def wish(
    dial: str = "PJSIP/8613800138000@carrier",
    caller_id: str = "+18005550100",
    message: str = "waihu/safe-harbour",
    attempt: AttemptId = ATTEMPT,
) -> do.Originate:
    return do.Originate(
        attempt=attempt,
        dial=dial,
        caller_id=caller_id,
        ring_time=timedelta(seconds=25),
        answer_limit=timedelta(seconds=2),
        message=message,
        detection=Detection(),
    )


def test_a_customer_is_dialled_with_all_that_the_dialplan_needs() -> None:
    action = actions.originate(wish())
    assert action.name == "Originate"
    assert action.headers == {
        "Channel": "PJSIP/8613800138000@carrier",
        "ChannelId": ATTEMPT,
        "Context": "waihu-answered",
        "Exten": "s",
        "Priority": "1",
        "Timeout": "25000",
        "Async": "true",
        "CallerID": "<+18005550100>",
        "Variable": [
            r"CHANNEL(hangup_handler_push)=waihu-hangup\,s\,1",
            f"WAIHU_ATTEMPT={ATTEMPT}",
            "WAIHU_LIMIT_MS=2000",
            "WAIHU_MESSAGE=waihu/safe-harbour",
            r"WAIHU_AMD=2500\,1500\,800\,5000\,100\,50\,3\,256\,5000",
        ],
    }


def test_without_a_caller_id_the_trunk_chooses() -> None:
    assert "CallerID" not in actions.originate(wish(caller_id="")).headers


@pytest.mark.parametrize(
    "dial",
    [
        "PJSIP/+8613800138000@carrier",
        "PJSIP/carrier/sip:+8613800138000@127.0.0.1:5060;transport=tcp",
        "Local/13800138000@customers/n",
        "DAHDI/g1/5550100*#",
    ],
)
def test_dial_strings_of_every_technology_pass(dial: str) -> None:
    assert actions.originate(wish(dial=dial)).headers["Channel"] == dial


@pytest.mark.parametrize(
    "dial",
    [
        "PJSIP/1@carrier&PJSIP/2@carrier",
        "PJSIP/1@carrier|PJSIP/2@carrier",
        "PJSIP/1@carrier\r\nAction: Command\r\nCommand: core stop now",
        "PJSIP/1@carrier,30,g",
        "PJSIP/${SHELL(id)}@carrier",
        "PJSIP/1 @carrier",
        "1@carrier",
        "",
        "PJSIP/1@carrier\n",
    ],
)
def test_a_dial_string_rings_one_phone_and_does_nothing_else(dial: str) -> None:
    with pytest.raises(HeaderRefused, match="is no dial string that may be sent"):
        actions.originate(wish(dial=dial))


@pytest.mark.parametrize("caller_id", ["+1800>\r\nX: y", '"Acme" <1>', "acme", "1" * 33, "１２３"])
def test_a_caller_id_is_a_number(caller_id: str) -> None:
    with pytest.raises(HeaderRefused, match="is no caller id"):
        actions.originate(wish(caller_id=caller_id))


@pytest.mark.parametrize("message", ["a,WAIHU_AMD=0", 'a"b', "a\nb", "a\\b", "${X}", "", "a b", "a&&b"])
def test_a_sound_cannot_become_a_second_variable(message: str) -> None:
    with pytest.raises(HeaderRefused, match="is no sound"):
        actions.originate(wish(message=message))


def test_sounds_may_have_names_in_every_script() -> None:
    variables = actions.originate(wish(message="waihu/安全港&waihu/bye")).headers["Variable"]
    assert "WAIHU_MESSAGE=waihu/安全港&waihu/bye" in variables


def test_an_agents_phone_is_called_into_the_waiting_loop() -> None:
    action = actions.call_agent(
        do.CallAgent(
            agent=AgentNumber("1001"),
            channel=ChannelId("leg-1"),
            dial="PJSIP/1001",
            ring_time=timedelta(seconds=20),
        )
    )
    assert action.headers == {
        "Channel": "PJSIP/1001",
        "ChannelId": "leg-1",
        "Context": "waihu-agent",
        "Exten": "1001",
        "Priority": "1",
        "Timeout": "20000",
        "Async": "true",
    }


@pytest.mark.parametrize("number", ["1001,1)", "", "10 01", "a" * 80])
def test_an_agents_number_is_an_extension(number: str) -> None:
    with pytest.raises(HeaderRefused, match="is no agent's number"):
        actions.to_agent_loop("x", AgentNumber(number))


def test_a_hang_up_ends_one_channel() -> None:
    assert actions.hang_up("leg-1").headers == {"Channel": "leg-1", "Cause": "16"}
    with pytest.raises(HeaderRefused, match="is no channel"):
        actions.hang_up("/.*/")


def test_the_heartbeat_is_in_whole_seconds() -> None:
    assert actions.heartbeat(1795327200.9).headers == {"Variable": "WAIHU_HEARTBEAT", "Value": "1795327200"}


def test_a_call_is_forgotten_by_its_attempt() -> None:
    assert actions.forget_call(do.ForgetCall(attempt=ATTEMPT)).headers == {
        "Variable": f"DB_DELETE(waihu-calls/{ATTEMPT})",
        "Value": "",
    }
    with pytest.raises(HeaderRefused, match="is no attempt"):
        actions.forget_call(do.ForgetCall(attempt=AttemptId("x)${SHELL(id)}")))


def test_a_customer_is_sent_to_the_agent() -> None:
    action = actions.join(do.Join(channel=ChannelId("c-1"), agent=AgentNumber("1001"), agent_leg=ChannelId("leg-1")))
    assert action.name == "Redirect"
    assert action.headers == {"Channel": "c-1", "Context": "waihu-bridge", "Exten": "1001", "Priority": "1"}


# --- supervisors ----------------------------------------------------------------------------------------------------

BOSS = SupervisorNumber("9001")
BOSS_LEG = ChannelId("boss")
ANNA = AgentNumber("1001")


def test_a_supervisors_phone_is_called() -> None:
    wish = sv.CallSupervisor(supervisor=BOSS, channel=BOSS_LEG, dial="PJSIP/9001", ring_time=timedelta(seconds=30))
    action = actions.call_supervisor(wish)
    assert (action.name, action.headers["Context"], action.headers["Exten"]) == ("Originate", "waihu-supervisor", BOSS)
    assert (action.headers["ChannelId"], action.headers["Timeout"]) == (BOSS_LEG, "30000")


@pytest.mark.parametrize(
    ("mode", "context"),
    [
        (MonitorMode.LISTEN, "waihu-listen"),
        (MonitorMode.WHISPER, "waihu-whisper"),
        (MonitorMode.BARGE, "waihu-barge"),
    ],
)
def test_a_supervisor_is_sent_to_an_agent(mode: MonitorMode, context: str) -> None:
    action = actions.monitor(sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=ANNA, mode=mode))
    assert action == actions.redirect(BOSS_LEG, context, ANNA)


def test_a_customer_is_sent_to_a_supervisor_and_the_supervisor_to_the_loop() -> None:
    take = sv.TakeOver(channel=ChannelId("customer"), supervisor=BOSS)
    assert actions.take_over(take) == actions.redirect("customer", "waihu-takeover", BOSS)
    assert actions.to_supervisor_loop(BOSS_LEG, BOSS) == actions.redirect(BOSS_LEG, "waihu-supervisor", BOSS)


def test_a_sound_for_an_agents_ear() -> None:
    action = actions.tell(sv.TellAgent(agent=ANNA, sound="custom/meeting"))
    assert action.headers == {
        "Channel": "Local/1001@waihu-tell/n",
        "Context": "waihu-tell",
        "Exten": "play",
        "Priority": "1",
        "Async": "true",
        "Variable": "WAIHU_SOUND=custom/meeting",
    }


def test_a_sound_for_a_supervisors_ear_and_for_the_customer_taken_over() -> None:
    told = actions.tell(sv.TellSupervisor(supervisor=BOSS, sound="beep"))
    assert (told.headers["Channel"], told.headers["Variable"]) == ("Local/s9001@waihu-tell/n", "WAIHU_SOUND=beep")
    notice = actions.play_notice(rec.PlayNotice(supervisor=BOSS, sound="beep"))
    assert notice.headers["Channel"] == "Local/s9001@waihu-notice/n"


@pytest.mark.parametrize("bad", ["", "9001\r\nAction: Hangup", "90 01", "9001,1", "9001@x", "9001/n"])
def test_what_is_no_number_goes_nowhere(bad: str) -> None:
    boss, agent = SupervisorNumber(bad), AgentNumber(bad)
    with pytest.raises(HeaderRefused):
        actions.take_over(sv.TakeOver(channel=BOSS_LEG, supervisor=boss))
    with pytest.raises(HeaderRefused):
        actions.to_supervisor_loop(BOSS_LEG, boss)
    with pytest.raises(HeaderRefused):
        actions.monitor(sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=agent, mode=MonitorMode.LISTEN))
    with pytest.raises(HeaderRefused):
        actions.tell(sv.TellAgent(agent=agent, sound="beep"))
    with pytest.raises(HeaderRefused):
        actions.tell(sv.TellSupervisor(supervisor=boss, sound="beep"))


@pytest.mark.parametrize("bad", ["", "a b", "beep\r\nVariable: X=y", "beep,noanswer", "${SHELL(id)}"])
def test_what_is_no_sound_is_not_played(bad: str) -> None:
    with pytest.raises(HeaderRefused):
        actions.tell(sv.TellAgent(agent=ANNA, sound=bad))


def test_without_detection_nothing_is_listened_for() -> None:
    headers = actions.originate(replace(wish(), detection=None)).headers["Variable"]
    assert "WAIHU_AMD=" in headers


def test_the_settings_of_detection_are_milliseconds_in_the_order_of_the_application() -> None:
    detection = Detection(initial_silence=timedelta(seconds=2), maximum_words=4, silence_threshold=300)
    assert actions.amd_arguments(detection) == r"2000\,1500\,800\,5000\,100\,50\,4\,300\,5000"


@pytest.mark.parametrize("sound", ["", "a b", "a&b", "a,b", "a\nb", "${X}"])
def test_a_message_for_machines_is_one_sound(sound: str) -> None:
    assert actions.machine_sound("/speech/0a1b") == "/speech/0a1b"
    with pytest.raises(HeaderRefused, match="answering machines"):
        actions.machine_sound(sound)

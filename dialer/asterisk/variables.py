"""Every name that we share with the dialplan (asterisk-conf/waihu-extensions.conf), and nothing else."""

from __future__ import annotations

from dialer.core.aside_words import Place
from dialer.core.supervision_words import MonitorMode

# Global variables.
HEARTBEAT = "WAIHU_HEARTBEAT"
"""Epoch seconds of Asterisk's clock when we last said that we are here."""

# Variables of a customer's leg.
ATTEMPT = "WAIHU_ATTEMPT"
LIMIT_MS = "WAIHU_LIMIT_MS"
MESSAGE = "WAIHU_MESSAGE"
DETECTION = "WAIHU_AMD"
"""Arguments of AMD(); empty: nobody listens for machines."""
AMD_STATUS = "AMDSTATUS"
AMD_CAUSE = "AMDCAUSE"
"""What AMD() leaves behind."""
MACHINE_SOUND = "WAIHU_MACHINE_SOUND"
MACHINE_SECONDS = "WAIHU_MACHINE_SECONDS"
"""What to leave on a machine, and how long that may take in all, its greeting included."""
RECORDING = "WAIHU_RECORDING"
"""The file, absolute, that `waihu-bridge` records to."""
RECORDING_PAUSED = "WAIHU_RECORDING_PAUSED"
RECORDING_MUTED = "WAIHU_RECORDING_MUTED"
"""Says to a dialplan that has asked for it that a recording which was begun anew is muted."""
HANGUP_HANDLER = r"CHANNEL(hangup_handler_push)=waihu-hangup\,s\,1"
"""Hangs the black box on a leg. In a Variable of AMI's Originate a comma of a value is written with a backslash."""

ANSWERED_AT = "WAIHU_ANSWERED"
BRIDGED_AT = "WAIHU_BRIDGED"
HANDED_AT = "WAIHU_HANDED"
PEER = "WAIHU_PEER"
"""Number of the agent with whom a customer was joined last."""
"""Epoch seconds of Asterisk's clock, written by the dialplan."""

# Variables of an agent's leg.
ANNOUNCE = "WAIHU_ANNOUNCE"
DIALOG = "WAIHU_DIALOG"
"""Which spoken dialog the leg is sent into."""

# Variable of a channel that plays something into an agent's ear.
SOUND = "WAIHU_SOUND"

# Where legs go, as context and extension; the priority is always 1.
OUR_CONTEXTS = "waihu-"
"""What the names of all our contexts begin with."""
ANSWERED = ("waihu-answered", "s")
PLAY_MESSAGE = ("waihu-message", "s")
LEAVE_MESSAGE = ("waihu-machine", "s")
LOGIN_DENIED = ("waihu-login", "denied")
AGENT_CONTEXT = "waihu-agent"
"""Its extensions are agents' numbers."""
DESK_CONTEXT = "waihu-desk"
"""Its extensions are agents' numbers, and `bye`."""
BYE = "bye"
BRIDGE_CONTEXT = "waihu-bridge"
"""Its extensions are agents' numbers."""
SUPERVISOR_CONTEXT = "waihu-supervisor"
"""Its extensions are supervisors' numbers, and `refused`."""
REFUSED = "refused"
MONITOR_CONTEXTS = {
    MonitorMode.LISTEN: "waihu-listen",
    MonitorMode.WHISPER: "waihu-whisper",
    MonitorMode.BARGE: "waihu-barge",
}
"""Their extensions are agents' numbers."""
TAKE_OVER_CONTEXT = "waihu-takeover"
"""Its extensions are supervisors' numbers."""
THIRD_CONTEXT = "waihu-third"
"""Where a third who picks up is led; its extensions are agents' numbers."""
PLACES = {
    Place.HOLD: "waihu-hold",
    Place.RING: "waihu-blind",
    Place.AGENT: "waihu-back",
    Place.THIRD: "waihu-transfer",
    Place.WAIT: "waihu-aside",
    Place.CONSULT: "waihu-consult",
    Place.THREE_WAY: "waihu-three-way",
    Place.RINGING: "waihu-ringing",
    Place.COLLEAGUE: "waihu-colleague",
    Place.LOOP: "waihu-agent",
}
"""Their extensions are agents' numbers, those of `Place.THIRD` and `Place.RINGING` Uniqueids of thirds."""
SPY_CONTEXT = "waihu-spy"
"""Where a leg listens that was sent into a talk; its extensions are agents' numbers."""
TELL_CONTEXT = "waihu-tell"
"""Its extensions are agents' numbers, supervisors', and `play`."""
SUPERVISORS_EXTENSION = "s"
"""Before a supervisor's number where extensions are agents' numbers as well."""
PLAY = "play"
NOTICE_CONTEXT = "waihu-notice"
"""Its extensions are agents' numbers, and supervisors'."""
CONTEXTS = (
    "waihu-answered",
    "waihu-bridge",
    "waihu-take",
    "waihu-another-voice",
    "waihu-message",
    "waihu-machine",
    "waihu-hangup",
    "waihu-login",
    "waihu-desk",
    "waihu-supervise",
    "waihu-supervisor",
    *("waihu-listen", "waihu-whisper", "waihu-barge", SPY_CONTEXT),
    "waihu-takeover",
    *PLACES.values(),
    THIRD_CONTEXT,
    "waihu-third-end",
    "waihu-notice",
    "waihu-tell",
    "waihu-inbound",
    "waihu-inbound-end",
)

AGENT_ACCOUNT_PREFIX = "waihu-agent-"
"""Account code of a leg in the waiting loop, followed by the agent's number."""

SUPERVISOR_ACCOUNT_PREFIX = "waihu-supervisor-"
"""Account code of the leg of a supervisor in a session, followed by the supervisor's number."""

# User events.
ANSWERED_EVENT = "WaihuAnswered"
MESSAGE_STARTED_EVENT = "WaihuMessageStarted"
MACHINE_EVENT = "WaihuMachine"
BRIDGE_FAILED_EVENT = "WaihuBridgeFailed"
LOGIN_EVENT = "WaihuLogin"
AGENT_LEG_EVENT = "WaihuAgentLeg"
DESK_LEFT_EVENT = "WaihuDeskLeft"
SUPERVISOR_LEG_EVENT = "WaihuSupervisorLeg"
THIRD_EVENT = "WaihuThird"
MUTE_EVENT = "WaihuMute"

BLACK_BOX = "waihu-calls"
"""AstDB family of the black box; its keys are attempts."""
CALLERS_BOX = "waihu-inbound"
"""AstDB family of the callers' black box; its keys are Uniqueids."""

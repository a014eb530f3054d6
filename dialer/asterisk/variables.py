"""Every name that we share with the dialplan (asterisk-conf/waihu-extensions.conf), and nothing else."""

from __future__ import annotations

# Global variables.
HEARTBEAT = "WAIHU_HEARTBEAT"
"""Epoch seconds of Asterisk's clock when we last said that we are here."""

# Variables of a customer's leg.
ATTEMPT = "WAIHU_ATTEMPT"
LIMIT_MS = "WAIHU_LIMIT_MS"
MESSAGE = "WAIHU_MESSAGE"
DETECT_MACHINES = "WAIHU_AMD"
HANGUP_HANDLER = r"CHANNEL(hangup_handler_push)=waihu-hangup\,s\,1"
"""Hangs the black box on a leg. In a Variable of AMI's Originate a comma of a value is written with a backslash."""

ANSWERED_AT = "WAIHU_ANSWERED"
BRIDGED_AT = "WAIHU_BRIDGED"
"""Epoch seconds of Asterisk's clock, written by the dialplan."""

# Variable of an agent's leg.
ANNOUNCE = "WAIHU_ANNOUNCE"

# Where legs go, as context and extension; the priority is always 1.
OUR_CONTEXTS = "waihu-"
"""What the names of all our contexts begin with."""
ANSWERED = ("waihu-answered", "s")
PLAY_MESSAGE = ("waihu-message", "s")
LOGIN_DENIED = ("waihu-login", "denied")
AGENT_CONTEXT = "waihu-agent"
"""Its extensions are agents' numbers."""
BRIDGE_CONTEXT = "waihu-bridge"
"""Its extensions are agents' numbers."""
CONTEXTS = (
    "waihu-answered",
    "waihu-bridge",
    "waihu-message",
    "waihu-hangup",
    "waihu-login",
    "waihu-agent",
    "waihu-inbound",
    "waihu-inbound-end",
)

AGENT_ACCOUNT_PREFIX = "waihu-agent-"
"""Account code of a leg in the waiting loop, followed by the agent's number."""

# User events.
ANSWERED_EVENT = "WaihuAnswered"
MESSAGE_STARTED_EVENT = "WaihuMessageStarted"
BRIDGE_FAILED_EVENT = "WaihuBridgeFailed"
LOGIN_EVENT = "WaihuLogin"
AGENT_LEG_EVENT = "WaihuAgentLeg"

BLACK_BOX = "waihu-calls"
"""AstDB family of the black box; its keys are attempts."""

"""Where Asterisk is and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """One AMI account of one Asterisk. Every duration is in seconds."""

    host: str = "127.0.0.1"
    port: int = 5038
    user: str = "waihu"
    """Section of Asterisk's manager.conf."""
    secret: str = field(repr=False)

    recordings: str | None = None
    """Folder for what is being recorded: absolute, on Asterisk's machine."""
    connect_seconds: float = 5.0
    """How long the TCP connection and the log-in may take, each. Asterisk answers a wrong secret after about 1 s."""
    boot_seconds: float = 30.0
    """How long Asterisk may take from the log-in until it says that it is fully booted."""
    action_seconds: float = 5.0
    """How long any action may take; what is not answered by then is in doubt."""
    ping_seconds: float = 3.0
    """From one ping to the next. A ping that is not answered within `action_seconds` means that Asterisk is lost."""
    heartbeat_seconds: float = 1.0
    """From one heartbeat to the next; the dialplan holds the daemon to be away after 5 s without one."""
    first_retry_seconds: float = 0.2
    """Pause before the first try to connect anew; it doubles with each try."""
    last_retry_seconds: float = 15.0
    """The longest such pause."""

"""What may go wrong that is not a mistake of ours: one clear line, and an exit code that scripts can rely on."""

from __future__ import annotations

from dataclasses import dataclass

ANSWER_IS_NO = 1
"""It was understood and looked at, and the answer is no: an order refused, a doctor's finding."""
INPUT_WRONG = 2
"""An argument, a file or a setting is wrong; nothing was done."""
NOT_THERE = 3
"""Something that the command needs is away or not ready: PostgreSQL, its schema, Asterisk, the daemon."""


class Refused(Exception):
    """The answer is no; the message says why."""


class InputWrong(Exception):
    """What was typed cannot be used; the message says what was expected."""


class NotThere(Exception):
    """Something that is needed is not there; the message says what, and what to do."""


EXIT_CODES = {
    "agi.errors.CannotListen": NOT_THERE,
    "agi.voice.CannotSpeak": NOT_THERE,
    "dialer.asterisk.errors.AsteriskError": NOT_THERE,
    "dialer.cli.errors.InputWrong": INPUT_WRONG,
    "dialer.cli.errors.NotThere": NOT_THERE,
    "dialer.cli.errors.Refused": ANSWER_IS_NO,
    "dialer.config.problems.ConfigError": INPUT_WRONG,
    "dialer.daemon.daemon.AsteriskLacks": NOT_THERE,
    "dialer.daemon.daemon.MissingSetting": INPUT_WRONG,
    "dialer.daemon.web.WebPortTaken": NOT_THERE,
    "dialer.embedded.asterisk_program.AsteriskNotFoundError": NOT_THERE,
    "dialer.embedded.postgres.PostgresNotStarted": NOT_THERE,
    "dialer.simulation.pacer_protocol.PacerProtocolError": INPUT_WRONG,
    "dialer.store.campaigns.NoSuchCampaign": INPUT_WRONG,
    "dialer.store.connect.DatabaseUnreachable": NOT_THERE,
    "dialer.store.connect.DatabaseUrlWrong": INPUT_WRONG,
    "dialer.store.list_import.problems.ListFileWrong": INPUT_WRONG,
    "dialer.store.orders.NoSuchAgent": INPUT_WRONG,
    "dialer.store.runs.NotAlone": NOT_THERE,
    "dialer.store.runs.RunTakenOver": NOT_THERE,
    "dialer.store.schema.SchemaWrong": NOT_THERE,
    "sqlalchemy.exc.InterfaceError": NOT_THERE,
    "sqlalchemy.exc.OperationalError": NOT_THERE,
}
"""By name, so that nothing is imported only to be able to fail. It goes for subclasses too."""

LINES_OF_THEIR_OWN = (
    "dialer.config.problems.ConfigError",
    "dialer.daemon.daemon.AsteriskLacks",
    "dialer.store.list_import.problems.ListFileWrong",
)
"""Their messages are whole lines, which begin with a place or say who speaks; of all others one line is made."""
LOST_ON_THE_WAY = ("sqlalchemy.exc.InterfaceError", "sqlalchemy.exc.OperationalError")
"""Their messages quote statements and values; only what the driver said is told."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What to print and how to exit."""

    text: str
    exit_code: int


def explain(error: Exception) -> Explained | None:
    """What to say to the person at the keyboard; None: a mistake of ours, which deserves its traceback."""
    names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    known = next((name for name in names if name in EXIT_CODES), None)
    if known is None:
        return None
    if known in LINES_OF_THEIR_OWN:
        return Explained(str(error), EXIT_CODES[known])
    if known in LOST_ON_THE_WAY:
        said = " ".join(str(getattr(error, "orig", None)).split())
        return Explained(f"waihu: PostgreSQL was lost on the way: {said}", EXIT_CODES[known])
    return Explained(f"waihu: {' '.join(str(error).split())}", EXIT_CODES[known])

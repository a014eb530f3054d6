"""What can go wrong on an AGI call."""

from __future__ import annotations


class CallerHungUp(Exception):
    """The call is over for its route: every verb raises this from now on, and nothing more is sent.

    The caller hung up, the channel was sent elsewhere (an AMI Redirect), or the connection to Asterisk is gone; the
    message says which. It is no `AgiError`, so that a route which forgives a failed command still ends with its call.
    """


class AgiError(Exception):
    """Something is wrong between us and Asterisk's AGI."""


class CommandRefused(AgiError, ValueError):
    """A value may not go into an AGI command, so nothing was sent; the message says which and why."""


class CommandFailed(AgiError):
    """Asterisk answered a command with an error while the call goes on; the message has the command and its answer."""


class ProtocolBroken(AgiError):
    """What came is not AGI, or not all of it is from Asterisk; the message has its first characters."""


class RequestRefused(AgiError):
    """A call is AGI, but not one that we take; the message says what was expected."""


class NoSuchRoute(RequestRefused):
    """No route has the path of the request; the message names those that there are."""


class CannotListen(AgiError):
    """The server cannot have its address; the message says which and what to do."""


class NobodyAnswers(AgiError):
    """There is no AGI server of ours where one was looked for; the message says where and what was met."""

"""What can go wrong between us and Asterisk."""

from __future__ import annotations


class AsteriskError(Exception):
    """Something is wrong between us and Asterisk."""


class AsteriskUnreachable(AsteriskError):
    """Nothing that behaves like an Asterisk's manager interface answers; the message says where and what to look at."""


class LoginRefused(AsteriskError):
    """Asterisk does not accept user and secret; the message says where and what to look at."""


class NotConnected(AsteriskError):
    """There is no connection to Asterisk, so nothing was sent."""


class HeaderRefused(AsteriskError, ValueError):
    """A value may not go into an AMI action, so nothing was sent; the message says which and why."""


class ActionRefused(AsteriskError):
    """Asterisk answered an action with an error; the message is Asterisk's own."""


class OutcomeUnknown(AsteriskError):
    """An action was sent and not answered: it may have been carried out or not. It must not be sent again."""

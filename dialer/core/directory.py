"""Whom an agent can call in the midst of a talk, by the digits that are keyed.

Short numbers are those of the site's directory. Any other is a number of the telephone network, as one dials it in the
site's country, and only where the site lets agents call out.
"""

from __future__ import annotations

import re

import phonenumbers

from dialer.core.calling_out import CallingOut, Target
from dialer.core.policy import SitePolicy

MOST_DIGITS = 20


def look_up(site: SitePolicy, digits: str) -> Target | str:
    """Whom these digits mean, or in one line why nobody."""
    known = site.directory.get(digits)
    if known is not None:
        return known
    if site.transfers is None:
        return f"{digits or 'nothing'} is not in the site's directory, and `transfers` lets nobody call out"
    return _outside(site.transfers, digits)


def _outside(policy: CallingOut, digits: str) -> Target | str:
    try:
        number = phonenumbers.parse(digits, policy.country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        return f"{digits or 'nothing'} is not in the site's directory, and no number as dialled in {policy.country}"
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    dial = policy.dial.format(number=e164.removeprefix("+"), e164=e164, national=re.sub(r"[^0-9]", "", national))
    return Target(name=e164, dial=dial, trunk=policy.trunk, caller_id=policy.caller_id)

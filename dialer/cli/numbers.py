"""Numbers as people type them."""

from __future__ import annotations

import phonenumbers

from dialer.cli.errors import InputWrong


def e164(text: str, country: str | None = None) -> str:
    """A number in E.164, as the database has it. `country` (CN, US, …) is that of numbers written without one.

    :raises InputWrong: it is no telephone number, or says no country and none is given.
    """
    try:
        number = phonenumbers.parse(text, country.upper() if country else None)
    except phonenumbers.NumberParseException as error:
        hint = "" if country else ", expected +… or a national number with --country CC"
        raise InputWrong(f"{text!r} is no telephone number{hint}") from error
    if not phonenumbers.is_possible_number(number):
        raise InputWrong(f"{text!r} is no telephone number: too short, too long or incomplete")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

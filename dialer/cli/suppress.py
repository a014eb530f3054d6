"""`waihu suppress`: who must not be called."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import IntegrityError

from dialer.cli.database import open_database
from dialer.cli.errors import InputWrong, Refused
from dialer.cli.numbers import e164
from dialer.cli.screen import plain_table, say_json, say_table, whoever
from dialer.cli.site import SiteOption
from dialer.core.words import CustomerId
from dialer.store.suppression_list import suppressions_in_force
from dialer.store.suppressions import (
    SuppressionFound,
    lift_suppression,
    suppress_customer,
    suppress_number,
    suppressions_of,
)

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Who must not be called, by any campaign.")

NumberArgument = Annotated[
    str | None,
    typer.Argument(metavar="[NUMBER]", help="As +861065550100, or national with --country.", show_default=False),
]
CustomerOption = Annotated[
    int | None, typer.Option(metavar="ID", help="A customer, under whatever number.", show_default=False)
]
CountryOption = Annotated[
    str | None, typer.Option(metavar="CC", help="Country of a number without one, as CN.", show_default=False)
]
ByOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who asks. Default: the user of this login.", show_default=False)
]


@app.command()
def add(
    reason: Annotated[str, typer.Option(help="Why, as the law or the customer has it.", show_default=False)],
    number: NumberArgument = None,
    customer: CustomerOption = None,
    country: CountryOption = None,
    proof: Annotated[str, typer.Option(help="Where it is written down: a letter, a recording, a ticket.")] = "",
    by: ByOption = None,
    site: SiteOption = None,
) -> None:
    """Forbid a number or a customer to every campaign, from this moment on."""
    found, who = _subject(number, customer, country), whoever(by)

    async def ask() -> bool:
        async with open_database(site) as engine:
            if isinstance(found, str):
                return await suppress_number(engine, found, reason=reason, source=who, proof=proof)
            try:
                return await suppress_customer(engine, found, reason=reason, source=who, proof=proof)
            except IntegrityError as error:
                raise InputWrong(f"there is no customer {found}") from error

    new = asyncio.run(ask())
    typer.echo(f"{_named(found)} is called no more" if new else f"{_named(found)} was suppressed already")


@app.command()
def remove(
    number: NumberArgument = None,
    customer: CustomerOption = None,
    country: CountryOption = None,
    by: ByOption = None,
    site: SiteOption = None,
) -> None:
    """Allow a number or a customer again. Leads that ended because of it stay ended. Exit code 1: nothing to lift."""
    found, who = _subject(number, customer, country), whoever(by)

    async def ask() -> bool:
        async with open_database(site) as engine:
            if isinstance(found, str):
                return await lift_suppression(engine, number=found, by=who)
            return await lift_suppression(engine, customer=found, by=who)

    if not asyncio.run(ask()):
        raise Refused(f"{_named(found)} is not suppressed")
    typer.echo(f"{_named(found)} may be called again")


@app.command(name="list")
def list_(
    number: NumberArgument = None,
    country: CountryOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    site: SiteOption = None,
) -> None:
    """See what is in force, or all that stands or stood against one number."""
    found = asyncio.run(_found(site, None if number is None else e164(number, country)))
    if json:
        say_json(
            [
                {
                    "number": one.number,
                    "customer": one.customer,
                    "reason": one.reason,
                    "source": one.source,
                    "proof": one.proof,
                    "since": one.since.isoformat(timespec="milliseconds"),
                    "lifted_at": one.lifted_at.isoformat(timespec="milliseconds") if one.lifted_at else None,
                }
                for one in found
            ]
        )
        return
    table = plain_table("whom", "reason", "source", "proof", "since", "lifted")
    for one in found:
        whom = one.number or f"customer {one.customer}"
        lifted = f"{one.lifted_at:%Y-%m-%d %H:%M}Z" if one.lifted_at else ""
        table.add_row(whom, one.reason, one.source, one.proof, f"{one.since:%Y-%m-%d %H:%M}Z", lifted)
    say_table(table)


def _subject(number: str | None, customer: int | None, country: str | None) -> str | CustomerId:
    if (number is None) == (customer is None):
        raise InputWrong("expected either a NUMBER or --customer ID")
    return CustomerId(customer) if customer is not None else e164(number or "", country)


def _named(subject: str | CustomerId) -> str:
    return subject if isinstance(subject, str) else f"customer {subject}"


async def _found(site: Path | None, number: str | None) -> list[SuppressionFound]:
    async with open_database(site) as engine:
        if number is not None:
            return list(await suppressions_of(engine, number))
        return [one async for one in suppressions_in_force(engine)]

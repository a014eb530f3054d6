"""Which errors become a line and an exit code, and which stay a mistake of ours."""

from importlib import import_module

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from dialer.asterisk.errors import AsteriskUnreachable, LoginRefused
from dialer.cli.errors import EXIT_CODES, Explained, InputWrong, NotThere, Refused, explain
from dialer.config.problems import ConfigError, Problem
from dialer.store.schema import SchemaTooNew


@pytest.mark.parametrize("name", EXIT_CODES)
def test_every_name_is_an_exception_that_exists(name: str) -> None:
    module, _, kind = name.rpartition(".")
    assert issubclass(getattr(import_module(module), kind), Exception)


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (Refused("no"), 1),
        (InputWrong("no"), 2),
        (NotThere("no"), 3),
        (AsteriskUnreachable("no"), 3),
        (LoginRefused("no"), 3),
        (SchemaTooNew("no"), 3),
    ],
)
def test_an_expected_error_is_one_line(error: Exception, exit_code: int) -> None:
    assert explain(error) == Explained("waihu: no", exit_code)


def test_a_message_of_several_lines_becomes_one() -> None:
    assert explain(NotThere("first\n  second")) == Explained("waihu: first second", 3)


def test_mistakes_in_files_keep_a_line_each() -> None:
    problems = [Problem("a.yaml", 3, 1, "mode", "is wrong"), Problem("a.yaml", 1, 1, "", "is no YAML")]
    assert explain(ConfigError(problems)) == Explained("a.yaml:1: is no YAML\na.yaml:3: mode: is wrong", 2)


@pytest.mark.parametrize("error", [ZeroDivisionError("ours"), ValueError("ours"), LookupError("ours"), OSError("ours")])
def test_anything_else_is_a_mistake_of_ours(error: Exception) -> None:
    assert explain(error) is None


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_goes_away_under_way(kind: type[OperationalError]) -> None:
    cause = psycopg.OperationalError("server closed the connection unexpectedly\n\tThis probably means")
    lost = kind("SELECT secret", {"password": "geheim"}, cause)
    assert explain(lost) == Explained(
        "waihu: PostgreSQL was lost on the way: server closed the connection unexpectedly This probably means", 3
    )


def test_a_statement_that_postgresql_refuses_is_a_mistake_of_ours() -> None:
    assert explain(IntegrityError("INSERT", {}, psycopg.errors.ForeignKeyViolation("no such row"))) is None

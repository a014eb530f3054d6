"""Whatever is wrong between us and PostgreSQL is told in one line, without the password."""

import socket

import pytest
from sqlalchemy import make_url

from dialer.store.connect import DatabaseUnreachable, DatabaseUrlWrong, make_engine, probe

pytestmark = pytest.mark.postgres


WORD = "s3cret"


async def failure(url: str) -> str:
    engine = make_engine(url)
    with pytest.raises(DatabaseUnreachable) as caught:
        await probe(engine)
    await engine.dispose()
    assert "\n" not in str(caught.value)
    assert WORD not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgresql", "postgres"])
async def test_any_usual_spelling_of_the_url_connects(database_url: str, scheme: str) -> None:
    engine = make_engine(scheme + database_url.removeprefix("postgresql+psycopg"))
    assert int((await probe(engine)).split(".")[0]) >= 15
    await engine.dispose()


async def test_wrong_password(database_url: str) -> None:
    url = make_url(database_url).set(password=WORD).render_as_string(hide_password=False)
    assert "does not accept the password of `waihu`" in await failure(url)


async def test_unknown_user(database_url: str) -> None:
    url = make_url(database_url).set(username="nobody-here", password=WORD).render_as_string(hide_password=False)
    assert "`nobody-here`" in await failure(url)


async def test_missing_database(database_url: str) -> None:
    url = make_url(database_url).set(database="elsewhere").render_as_string(hide_password=False)
    assert "has no database `elsewhere`; make it with `createdb elsewhere`" in await failure(url)


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert f"nothing listens for PostgreSQL at 127.0.0.1:{port}" in await failure(
            f"postgresql://waihu:s3cret@127.0.0.1:{port}/waihu"
        )


async def test_unknown_host() -> None:
    assert "there is no host `no-such-host.invalid`" in await failure(
        "postgresql://waihu:s3cret@no-such-host.invalid/waihu"
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root:s3cret@localhost/waihu", "begins with `mysql:`"),
        ("postgresql://waihu:s3cret@localhost", "names no database"),
        ("hello", "cannot be read"),
        ("postgresql://waihu:s3cret@localhost:port/waihu", "cannot be read"),
    ],
)
def test_a_wrong_url_is_refused_before_anything_is_tried(url: str, said: str) -> None:
    with pytest.raises(DatabaseUrlWrong, match=said) as caught:
        make_engine(url)
    assert WORD not in str(caught.value)

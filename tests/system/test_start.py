"""What stands in the way of `waihu run`: one clear line each, an exit code, and no traceback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from dialer.core.words import CampaignName
from dialer.demo.child import start_daemon
from dialer.demo.site import DemoSite, make_agents, write_site
from dialer.demo.stage import CAMPAIGN_FILE
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.pbx import EmbeddedPbx
from dialer.store import schema
from dialer.store.connect import make_engine

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

INPUT_WRONG, NOT_THERE = 2, 3
NOBODY = "127.0.0.1:9"
SPRING = CampaignName("spring")


@dataclass
class Site:
    """A site whose daemon could run, if only nobody spoilt it."""

    files: DemoSite
    pbx: EmbeddedPbx

    async def fails(self, code: int, **environment: str) -> list[str]:
        """What `waihu run` says when it ends at once with that exit code."""
        daemon = await start_daemon(self.files.site_file, self.files.log_file, environment)
        try:
            async with asyncio.timeout(20):
                assert await daemon.wait() == code
        finally:
            if daemon.returncode is None:
                daemon.kill()
                await daemon.wait()
        said = self.files.log_file.read_text(encoding="utf-8").splitlines()
        assert not any("Traceback" in line for line in said)
        return said

    def change(self, file: Path, old: str, new: str) -> None:
        """Spoil a file."""
        there = file.read_text(encoding="utf-8")
        assert old in there
        file.write_text(there.replace(old, new), encoding="utf-8")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPbx]:
    """Nobody is called in these tests, so there is no carrier."""
    async with EmbeddedPbx(program, tmp_path_factory.mktemp("pbx"), carrier=NOBODY, phones=NOBODY) as pbx:
        yield pbx


@pytest.fixture
def site(pbx: EmbeddedPbx, database_url: str, tmp_path: Path) -> Site:
    ami = (pbx.ami.host, pbx.ami.port, pbx.ami.secret)
    files = write_site(
        tmp_path, make_agents(1), CAMPAIGN_FILE, SPRING, {}, database_url=database_url, ami=ami, phone=pbx.phone
    )
    return Site(files, pbx)


async def test_a_wrong_ami_secret(site: Site) -> None:
    [line] = await site.fails(NOT_THERE, WAIHU_AMI_SECRET="falsch")  # noqa: S106 - it opens nothing
    assert line.startswith(f"waihu: Asterisk at {site.pbx.ami.host}:{site.pbx.ami.port} refuses user 'waihu'")
    assert "compare the secret with section [waihu] of its manager.conf" in line


async def test_nobody_listens_where_asterisk_should_be(site: Site) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        [line] = await site.fails(NOT_THERE, WAIHU_ASTERISK_HOST="127.0.0.1", WAIHU_ASTERISK_PORT=port)
    assert line.startswith(f"waihu: nobody listens at 127.0.0.1:{port}")
    assert "is Asterisk running" in line


async def test_no_secret_for_asterisk(site: Site) -> None:
    site.change(site.files.site_file, "  secret_file: secrets/ami\n", "")
    [line] = await site.fails(INPUT_WRONG)
    assert line == "waihu: asterisk: no secret is given; set WAIHU_AMI_SECRET or asterisk.secret_file"


async def test_no_database_url(site: Site) -> None:
    site.change(site.files.site_file, "  url_file: secrets/database-url\n", "  {}\n")
    [line] = await site.fails(INPUT_WRONG)
    assert line == "waihu: database: no URL is given; set WAIHU_DATABASE_URL or database.url_file"


async def test_a_database_url_that_is_none(site: Site) -> None:
    [line] = await site.fails(INPUT_WRONG, WAIHU_DATABASE_URL="mysql://waihu@localhost/waihu")
    assert "postgresql://" in line


async def test_a_wrong_password_of_the_database(site: Site, database_url: str) -> None:
    user, at, where = database_url.partition("@")
    [line] = await site.fails(NOT_THERE, WAIHU_DATABASE_URL=f"{user}falsch{at}{where}")
    assert line.startswith("waihu: ")
    assert "password" in line
    assert user.rpartition(":")[2] not in line


async def test_postgresql_is_away(site: Site) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
        [line] = await site.fails(NOT_THERE, WAIHU_DATABASE_URL=f"postgresql://waihu:geheim@{where}/waihu")
    assert where in line
    assert "geheim" not in line


async def test_a_database_without_a_schema(site: Site, empty_database_url: str) -> None:
    [line] = await site.fails(NOT_THERE, WAIHU_DATABASE_URL=empty_database_url)
    assert line.endswith("has no schema yet; type: waihu db upgrade")


async def test_a_schema_of_a_newer_waihu(site: Site, database_url: str) -> None:
    engine = make_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    [line] = await site.fails(NOT_THERE)
    assert line.endswith(
        f"has schema 9999, which this waihu ({schema.head()}) does not know; install the newer waihu that made it"
    )


async def test_the_web_port_is_taken(site: Site, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        [line] = await site.fails(NOT_THERE, WAIHU_WEB_PORT=port)
    assert line == (
        f"waihu: web: cannot listen on 127.0.0.1:{port} (Address already in use); "
        "set web.port or WAIHU_WEB_PORT to a free port"
    )


async def test_a_key_that_is_none(site: Site) -> None:
    file = site.files.campaign_file(SPRING)
    site.change(file, "wrap_up:", "wrapup:")
    [line] = await site.fails(INPUT_WRONG)
    number = next(n for n, said in enumerate(file.read_text().splitlines(), start=1) if said.startswith("wrapup:"))
    assert line.startswith(f"{file}:{number}: wrapup:")
    assert "wrap_up" in line.removeprefix(f"{file}:{number}: wrapup:")


async def test_every_mistake_of_every_file_at_once(site: Site) -> None:
    site.change(site.files.campaign_file(SPRING), "mode: predictive", "mode: eager")
    site.change(site.files.campaign_file(SPRING), "trunks: [main]", "trunks: [mein]")
    said = await site.fails(INPUT_WRONG)
    assert len(said) == 2
    assert "mode:" in said[0]
    assert "'mein' is no trunk of waihu.yaml" in said[1]


async def test_no_site_file(site: Site, tmp_path: Path) -> None:
    [line] = await site.fails(INPUT_WRONG, WAIHU_SITE=str(tmp_path / "nowhere.yaml"))
    assert line.endswith("nowhere.yaml: cannot be read: No such file or directory")


async def test_an_asterisk_without_our_dialplan(
    program: AsteriskProgram, database_url: str, tmp_path: Path, make_bare: Callable[[Path], EmbeddedPbx]
) -> None:
    bare = make_bare(tmp_path / "bare")
    (bare.instance.etc / "extensions.conf").write_text("[default]\n")
    async with bare:
        ami = (bare.ami.host, bare.ami.port, bare.ami.secret)
        folder = tmp_path / "site"
        folder.mkdir()
        files = write_site(
            folder, make_agents(1), CAMPAIGN_FILE, SPRING, {}, database_url=database_url, ami=ami, phone=bare.phone
        )
        said = await Site(files, bare).fails(NOT_THERE)
        assert len(said) == 6
        assert all(line.startswith("waihu: the dialplan has no context 'waihu-") for line in said)
        assert all("#include asterisk-conf/waihu-extensions.conf" in line for line in said)

        # Nothing was touched: there was no run, and so nothing that a run could have taken over.
        engine = make_engine(database_url)
        async with engine.connect() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM runs"))).scalar_one() == 0
        await engine.dispose()


async def test_an_asterisk_without_a_module(
    database_url: str, tmp_path: Path, make_bare: Callable[[Path], EmbeddedPbx]
) -> None:
    bare = make_bare(tmp_path / "bare")
    with (bare.instance.etc / "modules.conf").open("a") as modules:
        modules.write("noload = func_uri.so\nnoload = app_userevent.so\n")
    async with bare:
        ami = (bare.ami.host, bare.ami.port, bare.ami.secret)
        folder = tmp_path / "site"
        folder.mkdir()
        files = write_site(
            folder, make_agents(1), CAMPAIGN_FILE, SPRING, {}, database_url=database_url, ami=ami, phone=bare.phone
        )
        [line] = await Site(files, bare).fails(NOT_THERE)
    assert line == "waihu: Asterisk does not know the dialplan function URIENCODE: load func_uri in modules.conf"


@pytest.fixture
def make_bare(program: AsteriskProgram) -> Callable[[Path], EmbeddedPbx]:
    """An Asterisk that can be spoilt before it starts."""
    return lambda folder: EmbeddedPbx(program, folder, carrier=NOBODY, phones=NOBODY)

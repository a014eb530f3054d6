"""What stands in the way of `waihu run`: one clear line each, an exit code, and no traceback."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text

from dialer.asterisk.variables import CONTEXTS
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
_logs = count(1)


def make_site(folder: Path, pbx: EmbeddedPbx, database_url: str) -> DemoSite:
    """A site whose daemon could run, if only nobody spoilt it."""
    folder.mkdir(exist_ok=True)
    ami = (pbx.ami.host, pbx.ami.port, pbx.ami.secret)
    return write_site(
        folder,
        make_agents(1),
        CAMPAIGN_FILE,
        SPRING,
        {},
        database_url=database_url,
        ami=ami,
        agi=pbx.agi,
        phone=pbx.phone,
    )


async def what_it_says(site: DemoSite, code: int, environment: dict[str, str] | None = None) -> list[str]:
    """The lines of a `waihu run` that ends at once, with that exit code."""
    log = site.folder / f"daemon-{next(_logs)}.log"
    daemon = await start_daemon(site.site_file, log, environment)
    try:
        async with asyncio.timeout(40):
            ended = await daemon.wait()
    finally:
        if daemon.returncode is None:
            daemon.kill()
            await daemon.wait()
    said = log.read_text(encoding="utf-8").splitlines()
    assert ended == code, said
    assert not any("Traceback" in line for line in said), said
    return said


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPbx]:
    """Nobody is called in these tests, so there is no carrier."""
    async with EmbeddedPbx(program, tmp_path_factory.mktemp("pbx"), carrier=NOBODY, phones=NOBODY) as pbx:
        yield pbx


@pytest.fixture
def site(pbx: EmbeddedPbx, database_url: str, tmp_path: Path) -> DemoSite:
    return make_site(tmp_path / "site", pbx, database_url)


async def test_what_it_needs_is_not_there(
    site: DemoSite, pbx: EmbeddedPbx, database_url: str, empty_database_url: str
) -> None:
    database = make_url(database_url)
    with ExitStack() as leaving:
        free = leaving.enter_context(socket.socket())
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
        taken = leaving.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
        cases = {
            f"waihu: Asterisk at {pbx.ami.host}:{pbx.ami.port} refuses user 'waihu' "
            "(Asterisk refuses Login: Authentication failed); compare the secret with section [waihu]": {
                "WAIHU_AMI_SECRET": "falsch"
            },
            f"waihu: nobody listens at 127.0.0.1:{closed}": {
                "WAIHU_ASTERISK_HOST": "127.0.0.1",
                "WAIHU_ASTERISK_PORT": str(closed),
            },
            f"waihu: PostgreSQL at 127.0.0.1:{database.port} does not accept the password": {
                "WAIHU_DATABASE_URL": database_url.replace(f":{database.password}@", ":falsch@")
            },
            f"waihu: nothing listens for PostgreSQL at 127.0.0.1:{closed}": {
                "WAIHU_DATABASE_URL": f"postgresql://waihu:geheim@127.0.0.1:{closed}/waihu"
            },
            f"waihu: database `{empty_database_url.rpartition('/')[2]}` has no schema yet; type: waihu db upgrade": {
                "WAIHU_DATABASE_URL": empty_database_url
            },
            f"waihu: web: cannot listen on 127.0.0.1:{taken} (Address already in use); set web.port or WAIHU_WEB_PORT "
            "to a free port": {"WAIHU_WEB_PORT": str(taken)},
            f"waihu: cannot listen for AGI on 127.0.0.1:{taken}: Address already in use; another program has this "
            "port, or no interface this address; set agi.host and agi.port": {
                "WAIHU_AGI_HOST": "127.0.0.1",
                "WAIHU_AGI_PORT": str(taken),
            },
        }
        said = await asyncio.gather(
            *(what_it_says(site, NOT_THERE, {"WAIHU_AGI_PORT": "0", **case}) for case in cases.values())
        )
    for expected, lines in zip(cases, said, strict=True):
        [line] = lines
        assert line.startswith(expected)
        assert "geheim" not in line
        assert "falsch" not in line


async def test_what_it_was_given_is_wrong(site: DemoSite, tmp_path: Path) -> None:
    file = site.campaign_file(SPRING)
    campaign = site.campaign_file(SPRING)
    spoilt = [
        (site.site_file, "  secret_file: secrets/ami\n", ""),
        (site.site_file, "  url_file: secrets/database-url\n", "  {}\n"),
        (campaign, "wrap_up:", "wrapup:"),
        (campaign, "mode: predictive\nlists: [demo]\ntrunks: [main]", "mode: eager\ntrunks: [mein]"),
    ]
    sites = []
    for number, (file, old, new) in enumerate(spoilt):
        copy = DemoSite(shutil.copytree(site.folder, tmp_path / f"site-{number}"), site.agents)
        changed = copy.folder / file.relative_to(site.folder)
        there = changed.read_text(encoding="utf-8")
        assert old in there
        changed.write_text(there.replace(old, new), encoding="utf-8")
        sites.append(copy)
    no_secret, no_url, unknown, several, mysql, nowhere = await asyncio.gather(
        *(what_it_says(one, INPUT_WRONG) for one in sites),
        what_it_says(site, INPUT_WRONG, {"WAIHU_DATABASE_URL": "mysql://waihu@localhost/waihu"}),
        what_it_says(site, INPUT_WRONG, {"WAIHU_SITE": str(tmp_path / "nowhere.yaml")}),
    )
    assert no_secret == ["waihu: asterisk: no secret is given; set WAIHU_AMI_SECRET or asterisk.secret_file"]
    assert no_url == ["waihu: database: no URL is given; set WAIHU_DATABASE_URL or database.url_file"]
    wrong = sites[2].campaign_file(SPRING)
    number = next(n for n, line in enumerate(wrong.read_text("utf-8").splitlines(), start=1) if "wrapup" in line)
    [line] = unknown
    assert line.startswith(f"{wrong}:{number}: wrapup: ")
    assert "wrap_up" in line.removeprefix(f"{wrong}:{number}: wrapup: ")
    assert sorted(line.split(": ")[1] for line in several) == ["lists", "mode", "trunks[0]"]
    [line] = mysql
    assert "begins with `mysql:`; expected postgresql://" in line
    assert nowhere == [f"{tmp_path / 'nowhere.yaml'}: cannot be read: No such file or directory"]


async def test_a_schema_of_a_newer_waihu(site: DemoSite, database_url: str) -> None:
    engine = make_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    [line] = await what_it_says(site, NOT_THERE)
    assert line.endswith(
        f"has schema 9999, which this waihu ({schema.head()}) does not know; install the newer waihu that made it"
    )


async def test_an_asterisk_that_lacks_something(program: AsteriskProgram, database_url: str, tmp_path: Path) -> None:
    bare = EmbeddedPbx(program, tmp_path / "bare", carrier=NOBODY, phones=NOBODY)
    extensions, modules = bare.instance.etc / "extensions.conf", bare.instance.etc / "modules.conf"
    ours = extensions.read_text()
    extensions.write_text("[default]\n")
    modules.write_text(modules.read_text() + "noload = func_uri.so\n")
    async with bare:
        site = make_site(tmp_path / "site", bare, database_url)
        said = await what_it_says(site, NOT_THERE)
        contexts = [line for line in said if line.startswith("waihu: the dialplan has no context 'waihu-")]
        assert len(contexts) == len(CONTEXTS)
        assert all("#include asterisk-conf/waihu-extensions.conf" in line for line in contexts)
        module = "waihu: Asterisk does not know the dialplan function URIENCODE: load func_uri in modules.conf"
        assert [line for line in said if line not in contexts] == [module]

        extensions.write_text(ours)
        await bare.instance.cli("dialplan reload")
        assert await what_it_says(site, NOT_THERE) == [module]

    # Nothing was touched: there was no run, and so nothing that a run could have taken over.
    engine = make_engine(database_url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM runs"))).scalar_one() == 0
    await engine.dispose()

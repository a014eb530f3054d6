"""What `missing_requirements` says of an Asterisk that is not as it must be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.asterisk.requirements import missing_requirements
from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.variables import CONTEXTS
from dialer.embedded.asterisk_instance import AsteriskInstance
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.pbx import ASTERISK_CONF
from dialer.embedded.ports import LoopbackClaim

pytestmark = pytest.mark.asterisk

ACCOUNTS = """
[complete]
secret = geheim
read = system,call,user,dtmf
write = call,originate,reporting
[cannot_dial]
secret = geheim
read = system,call,user,dtmf
write = call,reporting
[hears_no_keys]
secret = geheim
read = system,call,user
write = call,originate,reporting
[hears_nothing]
secret = geheim
read = system
write = call,originate,reporting
"""


@pytest.fixture
async def bare(program: AsteriskProgram, tmp_path: Path) -> AsyncIterator[tuple[AsteriskInstance, AsteriskSettings]]:
    """An Asterisk without Waihu's dialplan, whose events carry no time."""
    claim = LoopbackClaim.take()
    port = claim.free_port(5038)
    manager = f"[general]\nenabled = yes\nbindaddr = {claim.address}\nport = {port}\n{ACCOUNTS}"
    instance = AsteriskInstance(program, tmp_path, {"manager.conf": manager, "extensions.conf": "[default]\n"})
    async with instance:
        yield instance, AsteriskSettings(host=claim.address, port=port, user="complete", secret="geheim")  # noqa: S106
    claim.release()


async def test_every_lack_is_one_line_that_says_what_to_do(bare: tuple[AsteriskInstance, AsteriskSettings]) -> None:
    instance, complete = bare

    [right] = await missing_requirements(replace(complete, user="cannot_dial"))
    assert "may not use Originate: add 'originate' to `write =` in section [cannot_dial] of manager.conf" in right

    contexts = await missing_requirements(complete)
    assert len(contexts) == len(CONTEXTS)
    assert all("#include asterisk-conf/waihu-extensions.conf" in line for line in contexts)
    assert "'waihu-bridge'" in contexts[1]

    (instance.etc / "extensions.conf").write_text(f'#include "{ASTERISK_CONF}/waihu-extensions.conf"\n')
    await instance.cli("dialplan reload")
    [untimed] = await missing_requirements(complete)
    assert "timestampevents = yes" in untimed

    manager = instance.etc / "manager.conf"
    manager.write_text(manager.read_text().replace("enabled = yes", "enabled = yes\ntimestampevents = yes"))
    await instance.cli("manager reload")
    assert await missing_requirements(complete) == ()

    [keys] = await missing_requirements(replace(complete, user="hears_no_keys"))
    assert "brought no DTMFEnd event: add 'dtmf' to `read =` in section [hears_no_keys]" in keys
    assert len(await missing_requirements(replace(complete, user="hears_nothing"))) == 3

    with (instance.etc / "modules.conf").open("a") as modules:
        modules.write("noload = func_uri.so\n")
    await instance.restart()
    [function] = await missing_requirements(complete)
    assert "function URIENCODE: load func_uri" in function
    # MixMonitor cannot do without func_uri either, which matters where talks are recorded.
    _, recorder = await missing_requirements(replace(complete, recordings="/var/spool/waihu"))
    assert "cannot record talks: load app_mixmonitor" in recorder
    assert "0 active channels" in await instance.cli("core show channels")

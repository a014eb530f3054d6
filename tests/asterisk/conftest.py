"""The real Asterisk for the tests of this folder."""

import pytest

from dialer.embedded.asterisk_program import AsteriskProgram, find_asterisk


@pytest.fixture(scope="session")
def program() -> AsteriskProgram:
    return find_asterisk(say=print)

"""Loopback addresses and ports for servers of our own."""

import os
import socket
import subprocess
import sys

import pytest

from dialer.embedded.ports import LoopbackClaim

TAKE_AND_WAIT = """
import sys
from dialer.embedded.ports import LoopbackClaim
claims = [LoopbackClaim.take() for _ in range(20)]
print(*(claim.address for claim in claims), flush=True)
sys.stdin.read()
"""


def other_process() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TAKE_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_parallel_processes_never_get_the_same_address() -> None:
    processes = [other_process() for _ in range(3)]
    addresses: list[str] = []
    for process in processes:
        assert process.stdout is not None
        addresses += process.stdout.readline().split()
    for process in processes:
        process.communicate("")
    assert len(addresses) == 60
    assert len(set(addresses)) == 60


def test_an_address_comes_back_when_its_holder_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    with other_process() as process:
        assert process.stdout is not None
        addresses = process.stdout.readline().split()
        monkeypatch.setattr(os, "getpid", lambda: process.pid)
        during = LoopbackClaim.take()
        process.kill()
    after = LoopbackClaim.take()
    during.release()
    after.release()
    assert during.address not in addresses
    assert after.address == addresses[0]


def test_a_port_in_use_is_passed_over() -> None:
    claim = LoopbackClaim.take()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram, socket.socket() as stream:
        datagram.bind((claim.address, 25_060))
        stream.bind((claim.address, 25_061))
        stream.listen()
        assert claim.free_port(25_060) == 25_062
    assert claim.free_port(25_060) == 25_060
    claim.release()

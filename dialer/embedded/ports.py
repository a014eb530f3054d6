"""Loopback addresses and free ports for servers of our own, safe among parallel runs.

Theory. A port that was seen free may be taken before it is used. So not ports but whole addresses of 127.0.0.0/8 are
handed out, and an address is claimed by binding an *abstract* Unix socket that carries its name: the kernel gives it
to one process only, in the same network namespace to which loopback belongs, and takes it back when the last process
that holds the socket ends, however it ends. On a claimed address only programs that listen on every address can be
in the way, and those are seen by trying.
"""

import errno
import os
import socket
from dataclasses import dataclass
from typing import Self

NETWORK = 87
"""Second number of the addresses handed out: 127.87.0.0/16."""


class NoFreePortError(Exception):
    """No address or port is left on this machine's loopback; the message says which were tried."""


@dataclass(frozen=True, slots=True)
class LoopbackClaim:
    """A loopback address which no other run is given for as long as the claim is held."""

    address: str
    holder: socket.socket

    @classmethod
    def take(cls) -> Self:
        """Claim the next free address. Runs start looking at different places, so they seldom meet.

        :raises NoFreePortError: all of 127.87.0.0/16 is claimed.
        """
        start = os.getpid()
        for offset in range(65_536):
            high, low = divmod((start + offset) % 65_536, 256)
            address = f"127.{NETWORK}.{high}.{low}"
            holder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                holder.bind(f"\0waihu-loopback-{address}")
            except OSError as error:
                holder.close()
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                return cls(address, holder)
        raise NoFreePortError(f"every address of 127.{NETWORK}.0.0/16 is claimed")

    def free_port(self, first: int) -> int:
        """The first port from `first` on that is free here for both TCP and UDP.

        :raises NoFreePortError: none of 200 is.
        """
        for port in range(first, first + 200):
            if all(_is_free(self.address, port, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)):
                return port
        raise NoFreePortError(f"no port from {first} to {first + 199} is free on {self.address}")

    def release(self) -> None:
        """Give the address back."""
        self.holder.close()


def _is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as trial:
        if kind is socket.SOCK_STREAM:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True

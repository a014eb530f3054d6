"""The PINs of agents and supervisors: a file of salted hashes, and patience with wrong ones that runs out.

A line of the file is `1001: scrypt$N$R$P$SALT$KEY`, salt and key in base64; empty lines and lines that begin with #
are passed over. Source: RFC 7914 (scrypt); the cost is what OWASP's Password Storage Cheat Sheet names for 16 MiB.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from dialer.config.problems import ConfigError, Problem

log = structlog.get_logger(__name__)

FAILURES_ALLOWED = 5
LOCKED_SECONDS = 300.0
REMEMBERED = 10_000
"""Numbers whose wrong PINs are counted at once; the longest known is forgotten first."""
LEAST_DIGITS, MOST_DIGITS = 4, 12
HASHES_AT_ONCE = 2
"""Each takes 16 MiB, and a few tenths of a second of a core."""

_COST, _BLOCK, _LANES = 2**14, 8, 5
_MOST_COST, _MOST_BLOCK, _MOST_LANES = 2**18, 16, 16
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class _PinHash:
    cost: int
    block: int
    lanes: int
    salt: bytes
    key: bytes

    def fits(self, pin: str) -> bool:
        return hmac.compare_digest(_derive(pin, self.salt, self.cost, self.block, self.lanes), self.key)


def hash_pin(pin: str) -> str:
    """What a pins file holds for this PIN; ValueError unless it is 4 to 12 digits. Slow on purpose."""
    if not (pin.isascii() and pin.isdigit() and LEAST_DIGITS <= len(pin) <= MOST_DIGITS):
        raise ValueError(f"a PIN is {LEAST_DIGITS} to {MOST_DIGITS} digits, as they are keyed on a phone")
    salt = secrets.token_bytes(16)
    parts = (base64.b64encode(salt).decode(), base64.b64encode(_derive(pin, salt, _COST, _BLOCK, _LANES)).decode())
    return f"scrypt${_COST}${_BLOCK}${_LANES}${parts[0]}${parts[1]}"


class PinFile:
    """Knows whether a PIN is an agent's or a supervisor's; a `dialer.ports.PinCheck`.

    The file is read again whenever it has changed; one that is bad or gone is reported and changes nothing. After
    `FAILURES_ALLOWED` wrong PINs in a row an agent's number is locked for `LOCKED_SECONDS`, and even the right PIN is
    refused.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the file; ConfigError with every problem in it. `clock` gives seconds that only grow."""
        self._path = path
        self._clock = clock
        self._hashes = read_pins(path)
        self._stamp = _stamp(path)
        self._lockout = Lockout()
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._nobody = _parse_hash(hash_pin(str(secrets.randbelow(9000) + 1000)))

    async def __call__(self, agent: str, pin: str) -> bool:
        """True only for the right PIN of a known agent, now."""
        return await self.check(agent, pin, self._clock())

    async def check(self, agent: str, pin: str, at: float) -> bool:
        """True only for the right PIN of a known agent at this second."""
        if not self._lockout.allows(agent, at):
            return False
        # Counted before the slow part, so that guesses made side by side do not share one count.
        self._lockout.failed(agent, at)
        async with self._hashing:
            await self._read_again()
            # An unknown agent takes as long as a known one, or the time taken would tell them apart.
            known = self._hashes.get(agent)
            fits = await asyncio.to_thread((known or self._nobody).fits, pin)
        if known is None or not fits:
            if not self._lockout.allows(agent, at):
                log.warning("PIN locked", number=agent, seconds=LOCKED_SECONDS)
            return False
        self._lockout.succeeded(agent)
        return True

    async def _read_again(self) -> None:
        stamp = await asyncio.to_thread(_stamp, self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._hashes = await asyncio.to_thread(read_pins, self._path)
        except ConfigError as error:
            log.warning("pins file refused, the PINs read before stay in force", problems=str(error))


class Lockout:
    """Counts wrong PINs in a row for each agent; seconds are an argument."""

    def __init__(self) -> None:
        """Nobody has failed yet."""
        self._failures: dict[str, int] = {}
        self._locked_until: dict[str, float] = {}

    def allows(self, agent: str, at: float) -> bool:
        """Whether a try may be made; an expired lock forgets the failures."""
        until = self._locked_until.get(agent)
        if until is None:
            return True
        if at < until:
            return False
        self.succeeded(agent)
        return True

    def failed(self, agent: str, at: float) -> None:
        """One more wrong PIN."""
        if len(self._failures) >= REMEMBERED:
            # Numbers of nobody can be keyed without end; they may not fill the memory.
            self.succeeded(next(iter(self._failures)))
        self._failures[agent] = self._failures.get(agent, 0) + 1
        if self._failures[agent] >= FAILURES_ALLOWED:
            self._locked_until[agent] = at + LOCKED_SECONDS

    def succeeded(self, agent: str) -> None:
        """The right PIN, or a lock that has run out: start afresh."""
        self._failures.pop(agent, None)
        self._locked_until.pop(agent, None)


def read_pins(path: Path) -> dict[str, _PinHash]:
    """The hashes of a pins file by agent's number; ConfigError with every problem in it."""
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), 0, 0, "", "is not UTF-8, save the file as UTF-8")]) from error
    problems = []
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"has mode {stat.S_IMODE(mode):04o}, so that others may read or write it, expected 0600"
        problems.append(Problem(str(path), 0, 0, "", message))
    hashes: dict[str, _PinHash] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        agent, _, hashed = (part.strip() for part in line.partition(":"))
        if not agent.isdigit() or agent in hashes:
            message = "is given twice, expected once" if agent in hashes else "expected `NUMBER: scrypt$…`"
            problems.append(Problem(str(path), number, 1, agent, message))
            continue
        try:
            hashes[agent] = _parse_hash(hashed)
        except ValueError:
            problems.append(Problem(str(path), number, 1, agent, "is no hash of a PIN, expected scrypt$…"))
    if problems:
        raise ConfigError(problems)
    return hashes


def _parse_hash(text: str) -> _PinHash:
    """ValueError for anything that `hash_pin` would not write, costs that would stop the daemon among them."""
    kind, cost, block, lanes, salt, key = text.split("$")
    try:
        found = _PinHash(
            int(cost),
            int(block),
            int(lanes),
            base64.b64decode(salt, validate=True),
            base64.b64decode(key, validate=True),
        )
    except binascii.Error as error:
        raise ValueError("is not base64") from error
    small = 2 <= found.cost <= _MOST_COST and 1 <= found.block <= _MOST_BLOCK and 1 <= found.lanes <= _MOST_LANES
    if kind != "scrypt" or not small or found.cost & (found.cost - 1) or len(found.key) != _KEY_BYTES:
        raise ValueError("is no scrypt hash")
    return found


def _derive(pin: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    room = 128 * block * (cost + lanes + 2)
    return hashlib.scrypt(pin.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=room + 2**20, dklen=_KEY_BYTES)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Something that is different when the file is; None: it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

"""Child processes that do not outlive us, however we end."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def dying_with_parent(by: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends the child `by` when the *thread* that started it ends (prctl(2))."""
    parent = os.getpid()

    def ask_the_kernel() -> None:
        # Between fork and exec: two system calls, nothing that takes a lock.
        _libc.prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel

"""The command line: arguments, exit codes, printing. A file for each verb."""

from dialer.cli.root import main

__all__ = ["main"]

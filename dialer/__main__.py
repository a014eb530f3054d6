"""`python -m dialer` is `waihu`."""

from dialer.cli import main

main()

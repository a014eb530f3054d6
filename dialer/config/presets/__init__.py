"""What the laws of some places say, one file each; `dialer.config.preset` reads them."""

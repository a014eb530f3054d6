"""The core driven by a simulated world in virtual time."""

"""What is said and heard at the far ends: the carrier's own ears."""

from dialer.embedded.carrier.ears import LOUD, RATE, Ears, Voice, level

__all__ = ["LOUD", "RATE", "Ears", "Voice", "level"]

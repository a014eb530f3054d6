"""Samples of every machine's states, and of every event that concerns it, for their drawing."""

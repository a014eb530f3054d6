"""Tests of chance draw the same examples each time, so that a verdict is on the tree alone.

PYTEST_ARGS="--hypothesis-profile=chance" draws others: for whoever hunts what nobody has thought of.
"""

from hypothesis import settings

settings.register_profile("fixed", derandomize=True)
settings.register_profile("chance", derandomize=False)
settings.load_profile("fixed")

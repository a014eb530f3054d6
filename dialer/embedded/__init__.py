"""Asterisk (and its neighbours) as child processes of our own, for the demo, the tests and small sites."""

"""The dialler itself: events in, commands out.

Everything here is a pure function over frozen values, and time is an argument. Nothing in this package reads a
clock, opens a socket, logs, or draws a random number; an import contract keeps it so.
"""

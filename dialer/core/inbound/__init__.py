"""Callers: what a flow says, how it is talked through, and what is wrong with one that cannot be."""

"""Spoken dialogs with agents, one file each."""

"""How many lines to dial, and why."""

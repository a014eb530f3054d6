"""A busy quarter of an hour of a call centre in a minute and a half: callers, queue, blended agents, a supervisor."""

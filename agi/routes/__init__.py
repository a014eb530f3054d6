"""One file a route: what a FastAGI request path leads to."""

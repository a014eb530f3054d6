"""One real campaign on a real Asterisk, start to finish."""

"""Advertising policy: rules as data, texts to findings with the platform's own reason codes."""

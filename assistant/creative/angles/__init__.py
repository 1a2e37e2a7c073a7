"""Angles as data, and which of them a product is told from."""

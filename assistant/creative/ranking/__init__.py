"""Variants held against each other: whether they differ, and which comes first."""

"""The second stage: the candidates of a query described by features, and ordered by their weighted sum."""

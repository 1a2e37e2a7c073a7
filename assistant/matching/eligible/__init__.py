"""Whether an ad may be shown at all: gates over the ad, its campaign and the occasion."""

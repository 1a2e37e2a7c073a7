"""House styles: read from a brand's own ads, kept as files, put into prompts."""

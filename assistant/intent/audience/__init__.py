"""What many people are after together, told without any of them: segments that are large enough to be shown."""

"""The marketplace: what an ad is worth in a place, who gets it at what price, and a day of it."""

"""Words that mean something to shoppers: units, colours, materials, places, sizes, and how texts say amounts."""

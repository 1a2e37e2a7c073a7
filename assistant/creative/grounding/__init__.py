"""What a text claims about a product, and which of the product's facts supports each claim."""

"""Words as they are looked for in texts: a text read in one way, the language of patterns, topics made of them."""

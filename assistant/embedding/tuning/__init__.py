"""Fine-tuning an embedder on what was judged or clicked: examples, training, and the mixing of old and new."""

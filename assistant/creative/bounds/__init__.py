"""Never out of bounds: limits, remains of the prompt, repetitions, the language."""

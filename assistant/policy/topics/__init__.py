"""The rules, a file a topic, and the word lists that they share; assistant/policy/rulebook.py reads them."""

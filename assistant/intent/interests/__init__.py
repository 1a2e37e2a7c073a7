"""From a person's history to a few interests: profile.py is the door."""

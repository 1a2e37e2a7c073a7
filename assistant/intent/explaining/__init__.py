"""What a person is after: what the writer says of each interest, what is read off the signals, and what checks it."""

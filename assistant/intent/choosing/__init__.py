"""Which of several intentions lies behind signals, and which of several products an intention asks for."""

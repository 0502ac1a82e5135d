"""The dispatcher: a process of its own, for a plan takes seconds of a processor."""

"""Rating records how satisfied the elders were and what that says of a volunteer."""

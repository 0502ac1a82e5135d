"""The time bank's services: each owns its data and speaks to the others by events alone."""

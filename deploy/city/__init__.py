"""The demonstration city: real districts and streets of Beijing, and invented people."""

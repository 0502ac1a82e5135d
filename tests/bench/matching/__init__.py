"""Measures matching: finding at a city's size, and a day's dispatch."""

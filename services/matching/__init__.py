"""Matching brings an elder's request and a volunteer together and proves the visit."""

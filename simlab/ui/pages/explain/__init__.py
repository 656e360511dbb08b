"""Explain: why people leave, and one life beside its twin."""

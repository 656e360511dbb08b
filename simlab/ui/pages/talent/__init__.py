"""Talent: who or what is missing."""

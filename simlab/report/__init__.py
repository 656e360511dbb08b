"""Figures and papers from plain data: no Dash, no records, no model."""

"""The scenario lab: what if a lever were moved."""

"""Compare policies: choose, run, see."""

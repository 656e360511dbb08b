"""Training: which course pays."""

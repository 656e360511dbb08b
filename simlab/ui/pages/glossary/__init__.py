"""What the words mean, in both languages."""

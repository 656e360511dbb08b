"""What a reader chooses for all pages."""

"""What drives the result: sensitivity, stress tests, and batches of histories."""

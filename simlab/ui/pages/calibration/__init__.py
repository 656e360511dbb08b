"""Calibration: does the model reproduce the firm's history, and may it be believed."""

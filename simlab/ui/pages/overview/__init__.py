"""Where the firm stands, and where it goes."""

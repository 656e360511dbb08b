"""The pages of the lab, one folder each: layout and callbacks."""

"""What is best within a budget: the search of a scenario and its front."""

"""Can the records be trusted: how complete they are, what came in, what they answer."""

"""The parts of an answer that an analyst opens, one module each: ``section(reading, look)``."""

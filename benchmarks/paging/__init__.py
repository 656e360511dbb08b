"""The parts of `benchmarks/page.py`: a server in use, a browser, plain clients."""

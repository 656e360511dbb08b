"""How months are run: the order, the compiled kernel, ensembles, replay, and the Mesa path."""

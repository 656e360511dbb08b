"""One click for the board: the report seen beforehand, made, downloaded, and those made before."""

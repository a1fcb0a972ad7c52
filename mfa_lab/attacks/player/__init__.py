"""A random player: it plays games on a server, and a model says after each event what a correct server answers."""

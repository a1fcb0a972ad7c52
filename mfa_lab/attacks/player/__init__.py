"""Play random games on a server.

After each event of a game, a model says what a correct server would answer.
"""

"""Figures about guessing: what it costs, what it is worth, and what a window adds."""

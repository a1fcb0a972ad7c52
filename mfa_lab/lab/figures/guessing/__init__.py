"""Figures about guessing: what it costs, how likely it succeeds, and what a window adds."""

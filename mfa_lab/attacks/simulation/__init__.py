"""Simulate guessing: codes in arrays, chances in closed form and by simulation, guess budgets, and a seed search."""

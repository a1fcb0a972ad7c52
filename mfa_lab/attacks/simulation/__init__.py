"""Simulations: codes over arrays, chances in closed form and drawn, guess budgets, seed search."""

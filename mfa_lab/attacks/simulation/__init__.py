"""Figures by the million: codes over arrays, chances in closed form and drawn, guess budgets, seed search."""

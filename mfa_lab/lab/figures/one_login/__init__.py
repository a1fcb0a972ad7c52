"""Figures about one login: which side sends what, and how a code is computed."""

"""Figures about one login: who says what to whom, and how a code is made."""

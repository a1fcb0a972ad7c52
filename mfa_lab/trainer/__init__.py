"""Provide what a trainer needs: seats and their cards, a class board, and slides. Learners never get these files."""

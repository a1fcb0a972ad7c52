"""Figures about attacks: what each attack did, drawn from a real run."""

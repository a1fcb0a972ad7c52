"""Figures about attacks: what each did, drawn from a run."""

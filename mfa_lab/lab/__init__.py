"""What the notebooks show: forms, figures, checks, and the upkeep of the notebooks themselves."""

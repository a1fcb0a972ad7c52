"""Draw figures about guessing: what guesses cost, how likely they succeed, and how a wider window helps."""

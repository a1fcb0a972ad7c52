"""How answers are graded, and what the kit records about them."""

"""How answers are graded, and what is remembered about them."""

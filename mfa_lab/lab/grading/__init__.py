"""How answers are judged, and what is remembered of them."""

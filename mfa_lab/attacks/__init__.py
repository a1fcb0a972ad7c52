"""The attacker's side: codes by the million, chances in closed form and simulated, and what weak servers allow."""

"""Draw figures about attacks. Most of them show what an attack did in a real run."""

"""Draw figures about one login: what each side sends, and how a code is computed."""

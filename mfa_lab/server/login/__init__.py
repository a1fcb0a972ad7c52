"""A login: its two steps, the state between requests (pending login, session), and its throttle."""

"""A login: its two steps, what it leaves between requests (pending login, session), and its throttle."""

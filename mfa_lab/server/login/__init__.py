"""The login: the two steps on the server, the state between requests (pending login, session), and the throttle."""

"""The company's side: passwords, encrypted secrets, throttling, and the flow that decides about logins."""

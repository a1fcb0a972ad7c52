"""The company's side: passwords, sealed secrets, throttles, and the flow that decides."""

"""What every test shares: hypothesis tries the same examples each time, and no deadline on a busy machine."""

from hypothesis import settings

settings.register_profile("mfa-lab", derandomize=True, deadline=None)
settings.load_profile("mfa-lab")

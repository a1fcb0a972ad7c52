"""How pytest runs in this repository. Each plugin in tests/running/ has one purpose."""

pytest_plugins = ["tests.running.workers", "tests.running.notebook_run", "tests.running.budget"]

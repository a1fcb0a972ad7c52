"""Serve an example of docs/examples: `python -m tests.web.example_server NAME PORT`, with the settings of `serving`.

Flask and Django must not need the packages of the web side, so these cannot be imported here.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from mfa_lab import MfaServer, Policy
from tests.web.file_clock import KEY, FileClock

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def make_app(name: str) -> Any:
    """The application, on the database and the clock of the test."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    clock = FileClock(Path(os.environ["TEST_CLOCK"]))
    return module.make_app(
        MfaServer(os.environ["TEST_URL"], clock=clock, policy=Policy.CHEAPEST, key=KEY), https=False
    )


def main(name: str, port: int) -> None:
    if name.startswith("fastapi"):
        import uvicorn

        uvicorn.run(make_app(name), port=port)
        return
    for package in ("fastapi", "starlette", "pydantic", "uvicorn", "python_multipart"):
        sys.modules[package] = None  # type: ignore[assignment]
    from werkzeug.serving import run_simple

    app = make_app(name)
    print("startup complete", flush=True)
    run_simple("127.0.0.1", port, app, threaded=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""Add MFA to a real web application, with pages, a JSON API, and `require_mfa` for your FastAPI routes.

    app = FastAPI()
    add_mfa(app, MfaServer("sqlite:///accounts.db"), hosts=["app.example.org"])

    @app.post("/transfers")
    def transfer(session: Annotated[Session, Depends(require_mfa(max_age_seconds=300))]) -> ...:

`mfa-lab serve` runs a complete small application. See docs/web.md for the details.
"""

from __future__ import annotations

from mfa_lab.errors import MfaError

try:
    import python_multipart  # noqa: F401 (Starlette needs it for the first form)
    import uvicorn  # noqa: F401

    from mfa_lab.web.app import add_mfa, create_app
    from mfa_lab.web.guard import require_mfa
except ModuleNotFoundError as error:
    if error.name not in {"fastapi", "jinja2", "pydantic", "python_multipart", "starlette", "uvicorn"}:
        raise
    raise MfaError(f"the web side needs {error.name}, which is not installed: pip install 'mfa-lab[web]'") from None

__all__ = ["add_mfa", "create_app", "require_mfa"]

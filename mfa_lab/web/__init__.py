"""Add MFA to a real web application, with pages, a JSON API, and `require_mfa` for your FastAPI routes.

    app = FastAPI()
    add_mfa(app, MfaServer("sqlite:///accounts.db"), hosts=["app.example.org"])

    @app.post("/transfers")
    def transfer(session: Annotated[Session, Depends(require_mfa(max_age_seconds=300))]) -> ...:

`mfa-lab serve` runs a complete small application. See docs/web.md for the details. Each name above is imported only
when a program first uses it, because `mfa_lab.web.tokens` and `mfa_lab.web.origin` work without FastAPI.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mfa_lab.errors import MfaError
from mfa_lab.lazy import lazy_names

if TYPE_CHECKING:
    from mfa_lab.web.app import add_mfa, create_app
    from mfa_lab.web.guard import require_mfa
    from mfa_lab.web.pages.login import continue_login

__all__ = ["add_mfa", "check_installed", "continue_login", "create_app", "require_mfa"]

_HOMES, _load = lazy_names(__name__)
_PACKAGES = ("fastapi", "jinja2", "pydantic", "python_multipart", "starlette", "uvicorn")


def __getattr__(name: str) -> object:
    if name in _HOMES:
        check_installed()
    return _load(name)


def check_installed() -> None:
    """Raise `MfaError`, which says what to install, if a package that `mfa_lab.web` needs is missing."""
    for package in _PACKAGES:  # Starlette needs python_multipart for the first form
        try:
            import_module(package)
        except ModuleNotFoundError as error:
            if error.name != package:
                raise
            sentence = f"mfa_lab.web needs {package}, which is not installed: pip install 'mfa-lab[web]'"
            raise MfaError(sentence) from None

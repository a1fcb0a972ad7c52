"""Serve the page on which owners see their sessions and end them (ASVS-7.5.2)."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.responses import Response

from mfa_lab.web.pages.page_request import PageRoute, Posted, Shown

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_FACTORS = {"pwd": "password", "otp": "code", "hwk": "passkey", "swk": "passkey"}


def factors(methods: Iterable[str]) -> str:
    """Return the factors of a login in words, such as "password and code". `methods` are its `amr` values."""
    return " and ".join(dict.fromkeys(_FACTORS[method] for method in methods if method in _FACTORS))


@router.get("/sessions")
def sessions(visit: Shown) -> Response:
    session = visit.session()
    listed = visit.server.sessions(session)
    password = session.external is None
    return visit.page("sessions.html", sessions=listed[::-1], factors=factors, password=password)


@router.post("/sessions/end")
def end(visit: Posted) -> Response:
    session, chosen = visit.session(fresh=True), visit.identifier("session")
    listed = {one.id for one in visit.server.sessions(session)}
    if chosen and chosen not in listed:  # ended by the click before
        return visit.go("/sessions")
    visit.server.end_session(session, chosen)
    return visit.go("/sessions")


@router.post("/sessions/end-others")
def end_others(visit: Posted) -> Response:
    visit.server.end_other_sessions(visit.session(fresh=True))
    return visit.go("/sessions")

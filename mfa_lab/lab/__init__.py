"""What the notebooks show, through one door: `from mfa_lab.lab import check, predict, FourSteps, window_strip`.

A name is loaded when it is first used, so that a notebook pays only for what it shows.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa_lab.lab.answers import attempt
    from mfa_lab.lab.demos.attack_tables import (
        attempt_table,
        clause_table,
        delay_table,
        leak_table,
        seed_table,
        specification,
        spelling_table,
        stolen_secret_table,
    )
    from mfa_lab.lab.demos.audit_alarms import alarm_table, log_table, tried
    from mfa_lab.lab.demos.audit_week import audit_week
    from mfa_lab.lab.demos.authenticator_apps import (
        codes_over_time,
        drift_table,
        read_qr,
        seconds_accepted,
        three_apps,
        uri_parts,
    )
    from mfa_lab.lab.demos.passwords import (
        HashCounter,
        anatomy,
        argon2id,
        cpu_seconds,
        login_seconds,
        salt_of,
        sha256_hex,
        stolen_hash,
        waits_met,
    )
    from mfa_lab.lab.demos.policy_tables import MUSEUM, Numbered, policy_table, reasons_table
    from mfa_lab.lab.demos.rejections import every_refusal, refusals_after_restart
    from mfa_lab.lab.demos.rfc_vectors import HOTP, base32, hotp_table, totp_table
    from mfa_lab.lab.demos.running_server import RunningServer
    from mfa_lab.lab.demos.self_check import self_check
    from mfa_lab.lab.demos.workers import Workers
    from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong
    from mfa_lab.lab.facts import fact, fact_table
    from mfa_lab.lab.figures.attacks.audit_week import audit_figure
    from mfa_lab.lab.figures.attacks.race import race_lanes
    from mfa_lab.lab.figures.attacks.relay import relay_flow
    from mfa_lab.lab.figures.attacks.replay import replay_line
    from mfa_lab.lab.figures.attacks.user_enumeration import names_by_time
    from mfa_lab.lab.figures.attacks.window_walk import walk_strip
    from mfa_lab.lab.figures.guessing.guess_budgets import budget_comparison, sector_comparison
    from mfa_lab.lab.figures.guessing.guess_cost import guess_cost
    from mfa_lab.lab.figures.guessing.guess_odds import guess_odds
    from mfa_lab.lab.figures.guessing.trade_off import assumed_users, trade_off
    from mfa_lab.lab.figures.guessing.verified_guesses import guess_by_guess
    from mfa_lab.lab.figures.one_login.login_flow import login_flow
    from mfa_lab.lab.figures.one_login.truncation import truncation_figure
    from mfa_lab.lab.figures.time.acceptance import acceptance_map
    from mfa_lab.lab.figures.time.code_life import code_life
    from mfa_lab.lab.figures.time.long_run import courses, long_run
    from mfa_lab.lab.figures.time.window import window_strip
    from mfa_lab.lab.grading.checks import check, compare, hint, predict, reset, solution
    from mfa_lab.lab.grading.course_map import course_map, progress_map
    from mfa_lab.lab.grading.scoreboard import scoreboard
    from mfa_lab.lab.other_systems import other_systems_table
    from mfa_lab.lab.plugins import policies
    from mfa_lab.lab.room import DEMO_NOW, demo_room, live_room
    from mfa_lab.lab.source import source_of
    from mfa_lab.lab.table import Table
    from mfa_lab.lab.terms import glossary
    from mfa_lab.lab.widgets.browser_tab import BrowserTab
    from mfa_lab.lab.widgets.forms import EnrolForm, LoginForm, OtpForm, RecoveryForm, RegisterForm, SessionForm
    from mfa_lab.lab.widgets.four_steps import FourSteps
    from mfa_lab.lab.widgets.measure_phone import MeasurePhone
    from mfa_lab.lab.widgets.stopwatch import Stopwatch
    from mfa_lab.lab.widgets.time_machine import TimeMachine

_HOMES = {
    "BrowserTab": "mfa_lab.lab.widgets.browser_tab",
    "Case": "mfa_lab.lab.exercises.records",
    "DEMO_NOW": "mfa_lab.lab.room",
    "EnrolForm": "mfa_lab.lab.widgets.forms",
    "Exercise": "mfa_lab.lab.exercises.records",
    "FourSteps": "mfa_lab.lab.widgets.four_steps",
    "HOTP": "mfa_lab.lab.demos.rfc_vectors",
    "HashCounter": "mfa_lab.lab.demos.passwords",
    "LoginForm": "mfa_lab.lab.widgets.forms",
    "MUSEUM": "mfa_lab.lab.demos.policy_tables",
    "MeasurePhone": "mfa_lab.lab.widgets.measure_phone",
    "Numbered": "mfa_lab.lab.demos.policy_tables",
    "Option": "mfa_lab.lab.exercises.records",
    "OtpForm": "mfa_lab.lab.widgets.forms",
    "Prediction": "mfa_lab.lab.exercises.records",
    "RecoveryForm": "mfa_lab.lab.widgets.forms",
    "RegisterForm": "mfa_lab.lab.widgets.forms",
    "RunningServer": "mfa_lab.lab.demos.running_server",
    "SessionForm": "mfa_lab.lab.widgets.forms",
    "Stopwatch": "mfa_lab.lab.widgets.stopwatch",
    "Table": "mfa_lab.lab.table",
    "TimeMachine": "mfa_lab.lab.widgets.time_machine",
    "Workers": "mfa_lab.lab.demos.workers",
    "Wrong": "mfa_lab.lab.exercises.records",
    "acceptance_map": "mfa_lab.lab.figures.time.acceptance",
    "alarm_table": "mfa_lab.lab.demos.audit_alarms",
    "anatomy": "mfa_lab.lab.demos.passwords",
    "argon2id": "mfa_lab.lab.demos.passwords",
    "assumed_users": "mfa_lab.lab.figures.guessing.trade_off",
    "attempt": "mfa_lab.lab.answers",
    "attempt_table": "mfa_lab.lab.demos.attack_tables",
    "audit_figure": "mfa_lab.lab.figures.attacks.audit_week",
    "audit_week": "mfa_lab.lab.demos.audit_week",
    "base32": "mfa_lab.lab.demos.rfc_vectors",
    "budget_comparison": "mfa_lab.lab.figures.guessing.guess_budgets",
    "check": "mfa_lab.lab.grading.checks",
    "clause_table": "mfa_lab.lab.demos.attack_tables",
    "code_life": "mfa_lab.lab.figures.time.code_life",
    "codes_over_time": "mfa_lab.lab.demos.authenticator_apps",
    "compare": "mfa_lab.lab.grading.checks",
    "course_map": "mfa_lab.lab.grading.course_map",
    "courses": "mfa_lab.lab.figures.time.long_run",
    "cpu_seconds": "mfa_lab.lab.demos.passwords",
    "delay_table": "mfa_lab.lab.demos.attack_tables",
    "demo_room": "mfa_lab.lab.room",
    "drift_table": "mfa_lab.lab.demos.authenticator_apps",
    "every_refusal": "mfa_lab.lab.demos.rejections",
    "fact": "mfa_lab.lab.facts",
    "fact_table": "mfa_lab.lab.facts",
    "glossary": "mfa_lab.lab.terms",
    "guess_by_guess": "mfa_lab.lab.figures.guessing.verified_guesses",
    "guess_cost": "mfa_lab.lab.figures.guessing.guess_cost",
    "guess_odds": "mfa_lab.lab.figures.guessing.guess_odds",
    "hint": "mfa_lab.lab.grading.checks",
    "hotp_table": "mfa_lab.lab.demos.rfc_vectors",
    "leak_table": "mfa_lab.lab.demos.attack_tables",
    "live_room": "mfa_lab.lab.room",
    "log_table": "mfa_lab.lab.demos.audit_alarms",
    "login_flow": "mfa_lab.lab.figures.one_login.login_flow",
    "login_seconds": "mfa_lab.lab.demos.passwords",
    "long_run": "mfa_lab.lab.figures.time.long_run",
    "names_by_time": "mfa_lab.lab.figures.attacks.user_enumeration",
    "other_systems_table": "mfa_lab.lab.other_systems",
    "policies": "mfa_lab.lab.plugins",
    "policy_table": "mfa_lab.lab.demos.policy_tables",
    "predict": "mfa_lab.lab.grading.checks",
    "progress_map": "mfa_lab.lab.grading.course_map",
    "race_lanes": "mfa_lab.lab.figures.attacks.race",
    "read_qr": "mfa_lab.lab.demos.authenticator_apps",
    "reasons_table": "mfa_lab.lab.demos.policy_tables",
    "refusals_after_restart": "mfa_lab.lab.demos.rejections",
    "relay_flow": "mfa_lab.lab.figures.attacks.relay",
    "replay_line": "mfa_lab.lab.figures.attacks.replay",
    "reset": "mfa_lab.lab.grading.checks",
    "salt_of": "mfa_lab.lab.demos.passwords",
    "scoreboard": "mfa_lab.lab.grading.scoreboard",
    "seconds_accepted": "mfa_lab.lab.demos.authenticator_apps",
    "sector_comparison": "mfa_lab.lab.figures.guessing.guess_budgets",
    "seed_table": "mfa_lab.lab.demos.attack_tables",
    "self_check": "mfa_lab.lab.demos.self_check",
    "sha256_hex": "mfa_lab.lab.demos.passwords",
    "solution": "mfa_lab.lab.grading.checks",
    "source_of": "mfa_lab.lab.source",
    "specification": "mfa_lab.lab.demos.attack_tables",
    "spelling_table": "mfa_lab.lab.demos.attack_tables",
    "stolen_hash": "mfa_lab.lab.demos.passwords",
    "stolen_secret_table": "mfa_lab.lab.demos.attack_tables",
    "three_apps": "mfa_lab.lab.demos.authenticator_apps",
    "totp_table": "mfa_lab.lab.demos.rfc_vectors",
    "trade_off": "mfa_lab.lab.figures.guessing.trade_off",
    "tried": "mfa_lab.lab.demos.audit_alarms",
    "truncation_figure": "mfa_lab.lab.figures.one_login.truncation",
    "uri_parts": "mfa_lab.lab.demos.authenticator_apps",
    "waits_met": "mfa_lab.lab.demos.passwords",
    "walk_strip": "mfa_lab.lab.figures.attacks.window_walk",
    "window_strip": "mfa_lab.lab.figures.time.window",
}

__all__ = [
    "DEMO_NOW",
    "HOTP",
    "MUSEUM",
    "BrowserTab",
    "Case",
    "EnrolForm",
    "Exercise",
    "FourSteps",
    "HashCounter",
    "LoginForm",
    "MeasurePhone",
    "Numbered",
    "Option",
    "OtpForm",
    "Prediction",
    "RecoveryForm",
    "RegisterForm",
    "RunningServer",
    "SessionForm",
    "Stopwatch",
    "Table",
    "TimeMachine",
    "Workers",
    "Wrong",
    "acceptance_map",
    "alarm_table",
    "anatomy",
    "argon2id",
    "assumed_users",
    "attempt",
    "attempt_table",
    "audit_figure",
    "audit_week",
    "base32",
    "budget_comparison",
    "check",
    "clause_table",
    "code_life",
    "codes_over_time",
    "compare",
    "course_map",
    "courses",
    "cpu_seconds",
    "delay_table",
    "demo_room",
    "drift_table",
    "every_refusal",
    "fact",
    "fact_table",
    "glossary",
    "guess_by_guess",
    "guess_cost",
    "guess_odds",
    "hint",
    "hotp_table",
    "leak_table",
    "live_room",
    "log_table",
    "login_flow",
    "login_seconds",
    "long_run",
    "names_by_time",
    "other_systems_table",
    "policies",
    "policy_table",
    "predict",
    "progress_map",
    "race_lanes",
    "read_qr",
    "reasons_table",
    "refusals_after_restart",
    "relay_flow",
    "replay_line",
    "reset",
    "salt_of",
    "scoreboard",
    "seconds_accepted",
    "sector_comparison",
    "seed_table",
    "self_check",
    "sha256_hex",
    "solution",
    "source_of",
    "specification",
    "spelling_table",
    "stolen_hash",
    "stolen_secret_table",
    "three_apps",
    "totp_table",
    "trade_off",
    "tried",
    "truncation_figure",
    "uri_parts",
    "waits_met",
    "walk_strip",
    "window_strip",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

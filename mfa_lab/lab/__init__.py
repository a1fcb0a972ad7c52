"""The one place from which notebooks import everything, as in `from mfa_lab.lab import check, predict`.

Each name is loaded on first use, so a notebook loads only the names that it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_lab.lab import cell_order
from mfa_lab.lazy import lazy_names

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
    from mfa_lab.lab.demos.passkey_desk import (
        SHOP_ORIGIN,
        PasskeyDesk,
        changes_table,
        copy_of,
        stolen_server_table,
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
    from mfa_lab.lab.demos.phishing import ADDRESS, PHISH_ORIGIN, CarelessBrowser, PhishingPage, Shop, downgrade_table
    from mfa_lab.lab.demos.policy_tables import (
        MUSEUM,
        Numbered,
        code_or_passkey,
        first_day_table,
        policy_table,
        reasons_table,
    )
    from mfa_lab.lab.demos.rejections import every_refusal, refusals_after_restart
    from mfa_lab.lab.demos.rfc_vectors import HOTP, base32, hotp_table, totp_table
    from mfa_lab.lab.demos.running_server import RunningServer, local_shop
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
    from mfa_lab.lab.figures.passkeys.phish import phish_figure
    from mfa_lab.lab.figures.passkeys.signed_bytes import signed_bytes_figure, signed_parts
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
    from mfa_lab.lab.widgets.passkey_form import PasskeyForm
    from mfa_lab.lab.widgets.stopwatch import Stopwatch
    from mfa_lab.lab.widgets.time_machine import TimeMachine

_HOMES, __getattr__ = lazy_names(__name__)
__all__ = sorted(_HOMES)  # for `import *`
cell_order.install()


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

"""Plugins: policies and lessons that other Python packages add through entry points, as CONTRIBUTING.md explains.

If a plugin cannot be used, the kit warns and does not load it. The kit's own lessons still work.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from mfa_lab.policy import Policy
from mfa_lab.resources import data_dir


def policies() -> dict[str, Policy]:
    """Return all policies by name: the kit's own policies and the policies of plugins.

    Plugins add policies through entry points of the group `mfa_lab.policies`.
    """
    found = {"STANDARD": Policy.STANDARD, "LESSON": Policy.LESSON, "CHEAPEST": Policy.CHEAPEST}
    found |= Policy.parse((data_dir() / "policies.toml").read_text("utf-8"))
    for entry, policy in loaded("mfa_lab.policies"):
        if not isinstance(policy, Policy):
            leave_out(entry, "it is not a Policy")
        elif entry.name in found:
            leave_out(entry, f"there is already a policy {entry.name}")
        else:
            found[entry.name] = policy
    return found


@cache
def loaded(group: str) -> tuple[tuple[EntryPoint, Any], ...]:
    """Return each entry point of the group that can be imported, with the imported object.

    The entry points are sorted by name.
    """
    return tuple(_load(group))


def leave_out(entry: EntryPoint, problem: str) -> None:
    """Warn that the plugin is not used, and give the reason."""
    whose = f"{entry.name} of {entry.dist.name}" if entry.dist else entry.name
    warnings.warn(
        f"the plugin {whose} is left out: {problem}. Ask the plugin's authors, or uninstall the plugin", stacklevel=2
    )


def _load(group: str) -> Iterator[tuple[EntryPoint, Any]]:
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        try:
            yield entry, entry.load()
        except Exception as fault:  # noqa: BLE001 (another author's code may raise anything)
            leave_out(entry, f"{type(fault).__name__}: {fault}")

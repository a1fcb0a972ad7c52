"""Rung 10, check then set: what 22 asks and 23 has mended."""

from __future__ import annotations

from mfa_lab.attacks.check_then_set import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "23_fix_replay_and_relay"

_GIVEN = "from threading import Lock\n\nfrom mfa_lab.attacks.check_then_set import CheckThenSet"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="check-then-set",
        title="Rung 10: of many at once, one gets in",
        question=(
            "Write a class `Fixed` on top of `CheckThenSet`, with a method `consume(self, account, step)` of its "
            "own: of any number of requests with one code, one is answered `True`, whether threads or processes "
            "serve them. `with self.database() as database:` opens the database. Each `database.execute(sql, "
            "values)` is a transaction of its own, and its `rowcount` says how many rows an `UPDATE` has changed. "
            "The table `steps` has the columns `name` and `last_step`, and a row for `account.name`."
        ),
        given=_GIVEN,
        hints=(
            "Nothing may come between the comparison and the writing. Who can see to that for all processes?",
            "An `UPDATE` has a `WHERE`, and a database lets one writer after the other through.",
            "Leave the comparison to the `UPDATE`; then ask it whether it found a row to change.",
        ),
        wrong=(
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE last_step < ?'\n"
                "            return database.execute(update, [step, step]).rowcount == 1",
                "Nobody gets in. Does `consume` end in `return`, on every way through? If so: how many rows does the "
                "`UPDATE` change, whose are they, and is that what `consume` returns?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step <= ?'\n"
                "            return database.execute(update, [step, account.name, step]).rowcount == 1",
                "Can a second request with the same step still find a row that it may write? By then `last_step` is "
                "equal to that step.",
            ),
            Wrong(
                "lock = Lock()\n\n\n"
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with lock:\n"
                "            return super().consume(account, step)",
                "Your lock holds the threads of one process. A second process has a lock of its own.",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step < ?'\n"
                "            database.execute(update, [step, account.name, step])\n"
                "        return True",
                "Whoever comes second finds the step already there, and is let in: what tells the first from the "
                "second?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step != ?'\n"
                "            return database.execute(update, [step, account.name, step]).rowcount == 1",
                "One writer after the other, that holds. But a step may also be older than the last one.",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE last_step < ?'\n"
                "            return database.execute(update, [step, step]).rowcount > 0",
                "One gets in, and has used up the step for everybody else as well.",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            database.execute('BEGIN IMMEDIATE')\n"
                "            query = 'SELECT last_step FROM steps WHERE name = ?'\n"
                "            (last_step,) = database.execute(query, [account.name]).fetchone()\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ?'\n"
                "            database.execute(update, [step, account.name])\n"
                "            database.execute('COMMIT')\n"
                "        return step > last_step",
                "One after the other, that holds. But is a refused step written down as well? Then the number falls, "
                "and the last code is new again.",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        free = super().consume(account, step)\n"
                "        with self.database() as database:\n"
                "            query = 'SELECT last_step FROM steps WHERE name = ?'\n"
                "            (last_step,) = database.execute(query, [account.name]).fetchone()\n"
                "        return free and last_step == step",
                "Does anything come between the comparison and the writing? However often one looks, between the "
                "last look and the answer others do the same.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-check-then-set",
        question=(
            "This server remembers every used code in a database: it looks there, and then writes. Eight requests "
            "with one and the same code come at the same moment. How many get in?"
        ),
        options=(
            Option("a", "one, the code is remembered", lambda measure: measure.got == 0),
            Option("b", "more than one", lambda measure: measure.got > 0),
        ),
    ),
)

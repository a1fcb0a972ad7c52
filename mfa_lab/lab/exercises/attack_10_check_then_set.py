"""Attack 10, check then set: what notebook 22 asks and notebook 23 fixes."""

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
        title="Attack 10: one of many gets in",
        question=(
            "Write a class `Fixed` on top of `CheckThenSet` with its own method `consume(self, account, step)`. "
            "When any number of requests bring one code, exactly one of them gets `True`, whether threads or "
            "processes serve them. `with self.database() as database:` opens the database. Each "
            "`database.execute(sql, values)` is its own transaction, and its `rowcount` says how many rows an "
            "`UPDATE` has changed. The table `steps` has the columns `name` and `last_step`, and a row for "
            "`account.name`."
        ),
        given=_GIVEN,
        hints=(
            "Nothing may come between the comparison and the write. Who can ensure that for all processes?",
            "An `UPDATE` has a `WHERE`, and a database lets one writer after the other through.",
            "Leave the comparison to the `UPDATE`. Then ask whether the `UPDATE` found a row to change.",
        ),
        wrong=(
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE last_step < ?'\n"
                "            return database.execute(update, [step, step]).rowcount == 1",
                "Nobody gets in. Does `consume` end in `return` on every path? If so, how many rows does the "
                "`UPDATE` change, and whose are they? Is that what `consume` returns?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step <= ?'\n"
                "            return database.execute(update, [step, account.name, step]).rowcount == 1",
                "Your `UPDATE` also finds a row whose `last_step` is equal to this step. So a second request with "
                "the same step writes as well. Which rows may the `UPDATE` find?",
            ),
            Wrong(
                "lock = Lock()\n\n\n"
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with lock:\n"
                "            return super().consume(account, step)",
                "Your lock holds the threads of one process. A second process has its own lock and does not wait. "
                "What do all processes share?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step < ?'\n"
                "            database.execute(update, [step, account.name, step])\n"
                "        return True",
                "Your method gives the same answer whether or not the `UPDATE` found a row. So the second request "
                "gets in, too. What tells the first from the second?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step != ?'\n"
                "            return database.execute(update, [step, account.name, step]).rowcount == 1",
                "Your server lets one writer after the other through, and accepts a step that is older than the last "
                "one. So an old code works again. Which steps should the server no longer accept?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE last_step < ?'\n"
                "            return database.execute(update, [step, step]).rowcount > 0",
                "Your `UPDATE` changes the rows of all accounts. So one login consumes the step for everybody else. "
                "Whose row should change?",
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
                "Your transaction lets one request after the other through, and also writes a refused step. So the "
                "number falls, and the last code is accepted again. When may your code write a step?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        free = super().consume(account, step)\n"
                "        with self.database() as database:\n"
                "            query = 'SELECT last_step FROM steps WHERE name = ?'\n"
                "            (last_step,) = database.execute(query, [account.name]).fetchone()\n"
                "        return free and last_step == step",
                "Your code reads once more before it answers. Between the last read and the answer, other requests "
                "do the same. Can anything come between your comparison and your write?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-check-then-set",
        question=(
            "This server remembers every used code in a database: it reads, and then writes. Eight requests with "
            "one and the same code come at the same moment, to eight threads or to eight processes. Where does more "
            "than one get in?"
        ),
        options=(
            Option("a", "nowhere: the code is remembered", lambda measure: measure.got == 0),
            Option("b", "only among the processes: threads share one server", lambda measure: measure.got == 1),
            Option("c", "among the threads and among the processes", lambda measure: measure.got == 2),
        ),
        outcome="c",
        saw=(
            (
                '**What we saw:** both requests read before either wrote. Each was told the truth, "not used", and '
                "it was no longer true when the server acted on it. Between the two boxes there is room, a "
                "millisecond perhaps, and another request fits in. No test that makes one request after the other "
                "will ever find this. In production it happens by itself, whenever somebody clicks twice, and an "
                "attacker can make it happen."
            ),
            (
                "It gets worse: nobody is refused. In attack 7 Mallory comes after Alice. Here both are told "
                "*granted*, and she has no reason to wonder."
            ),
            (
                "`MfaServer` compares and writes in one statement that the database carries out as a whole. A "
                "request that finds the step used is refused. One of the eight gets in, among processes as among "
                "threads (RFC6238-5.2, ASVS-6.5.1: *once* means once)."
            ),
            (
                "In 2026 the replay protection of a file-sharing server asked its cache whether a code was used. It "
                "verified the code, and then wrote it into the cache. [Two requests with one "
                "code](https://github.com/projectsend/projectsend/pull/1738) could both be accepted, until one "
                "operation did both."
            ),
        ),
        secrets=("more than one got in", "another request ✓ gets in", "read before either wrote", "file-sharing"),
    ),
)

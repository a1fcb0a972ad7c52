"""The exercise and the prediction of attack 10, check then set, for notebooks 22 and 23."""

from __future__ import annotations

from mfa_lab.attacks.check_then_set import ATTACK
from mfa_lab.attacks.law import ON_FILE
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "23_fix_replay_and_relay"

_GIVEN = "from threading import Lock\n\nfrom mfa_lab.attacks.check_then_set import CheckThenSet"

EXERCISES = (
    fix(
        ATTACK,
        law=ON_FILE,
        exercise_id="check-then-set",
        title="Attack 10: only one request gets in",
        question=(
            "Write a class `Fixed` that extends `CheckThenSet` with its own method `consume(self, account, "
            "step)`. If any number of requests send the same code, exactly one of them must get `True`, whether "
            "threads or processes handle them. `with self.database() as database:` opens the database. Each "
            "`database.execute(sql, values)` is a separate transaction, and its `rowcount` says how many rows an "
            "`UPDATE` changed. The table `steps` has the columns `name` and `last_step`, and contains a row for "
            "`account.name`."
        ),
        given=_GIVEN,
        hints=(
            (
                "No other request may come between the comparison and the write. What can ensure that for all "
                "processes?"
            ),
            "An `UPDATE` can have a `WHERE`, and a database handles one writer after another.",
            "Let the `UPDATE` make the comparison. Then check whether the `UPDATE` found a row to change.",
        ),
        wrong=(
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE last_step < ?'\n"
                "            return database.execute(update, [step, step]).rowcount == 1",
                "Your server lets nobody in. Does every path through `consume` end with `return`? If so, how many "
                "rows does the `UPDATE` change, and whose rows are they? Does `consume` return what you expect?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step <= ?'\n"
                "            return database.execute(update, [step, account.name, step]).rowcount == 1",
                "Your `UPDATE` also finds a row whose `last_step` is equal to this step. So a second request with "
                "the same step changes the row as well. Which rows may the `UPDATE` find?",
            ),
            Wrong(
                "lock = Lock()\n\n\n"
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with lock:\n"
                "            return super().consume(account, step)",
                "Your lock stops only the threads of one process. A second process has its own lock, so it does "
                "not wait. What do all processes share?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step < ?'\n"
                "            database.execute(update, [step, account.name, step])\n"
                "        return True",
                "Your method returns the same value whether or not the `UPDATE` found a row. So the second "
                "request gets in, too. How can you tell the first request from the second?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        with self.database() as database:\n"
                "            update = 'UPDATE steps SET last_step = ? WHERE name = ? AND last_step != ?'\n"
                "            return database.execute(update, [step, account.name, step]).rowcount == 1",
                "Your server handles one request after another, but it accepts a step that is older than the last "
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
                "Your transaction handles one request after another, but it also stores the step of a rejected "
                "code. So the stored step goes down, and your server accepts the last code again. When may your "
                "code store a step?",
            ),
            Wrong(
                "class Fixed(CheckThenSet):\n"
                "    def consume(self, account, step):\n"
                "        free = super().consume(account, step)\n"
                "        with self.database() as database:\n"
                "            query = 'SELECT last_step FROM steps WHERE name = ?'\n"
                "            (last_step,) = database.execute(query, [account.name]).fetchone()\n"
                "        return free and last_step == step",
                "Your code reads the step once more before it returns. Between that read and the return, other "
                "requests can read and write the step, too. Can another request come between your comparison and "
                "your write?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-check-then-set",
        question=(
            "This server remembers every used code in a database: it first reads, and then writes. Eight requests "
            "with the same code arrive at the same moment, in eight threads or in eight processes. Where does "
            "more than one request get in?"
        ),
        options=(
            Option("a", "nowhere, because the code is remembered", lambda measure: measure.got == 0),
            Option(
                "b", "only among the processes, because threads share one server", lambda measure: measure.got == 1
            ),
            Option("c", "among the threads and among the processes", lambda measure: measure.got == 2),
        ),
        outcome="c",
        saw=(
            (
                '**What we saw:** both requests read before either wrote. Each request read "not used". That '
                "was true then, but no longer true when the server acted on it. Perhaps a millisecond passes "
                "between the two boxes, and that is enough time for another request. No test that makes one "
                "request after another will ever find this fault. In production it can happen whenever "
                "somebody clicks twice, and an attacker can make it happen."
            ),
            (
                "Even worse, the server rejects neither request. In attack 7 Mallory comes after Alice. Here "
                "both of them get in, so Alice has no reason to suspect anything."
            ),
            (
                "`MfaServer` compares and writes in one statement that the database executes as a whole. If the "
                "step has already been used, the server rejects the request. Only one of the eight requests gets "
                "in, with processes as well as with threads (RFC6238-5.2, ASVS-6.5.1: *once* means once)."
            ),
            (
                "In 2026 a file-sharing server had this fault. It looked up a code in its cache of used "
                "codes, verified the code, and then stored it in the cache. [Two requests with one "
                "code](https://github.com/projectsend/projectsend/pull/1738) could both be accepted. The fix "
                "was to check and store in a single operation."
            ),
        ),
        secrets=("several requests got in", "another request ✓ gets in", "read before either wrote", "file-sharing"),
    ),
)

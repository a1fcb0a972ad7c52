"""A PostgreSQL of our own for the tests: a cluster in a temporary folder, reached by a socket there, by no port."""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.needs import missing

_USER = "mfa"


def bin_folder() -> Path:
    """Where Debian keeps PostgreSQL's programs; elsewhere they are in the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("pg_ctl")
    if not folders and not found:
        missing("PostgreSQL is not installed: apt-get install postgresql")
    return folders[-1] if folders else Path(str(found)).parent


class Cluster:
    """One running server. Each test gets a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bin = bin_folder()
        # PostgreSQL refuses to run as root; Debian's package makes this user for it.
        self.runs_as = ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []
        if self.runs_as:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(folder / "data"), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")

    def start(self) -> None:
        settings = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c max_connections=200"
        self._pg_ctl("-o", settings, "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        self._pg_ctl("-m", mode, "stop")

    def new_database(self) -> str:
        """The URL of an empty one."""
        name = f"lab_{secrets.token_hex(4)}"
        with psycopg.connect(host=str(self.folder), user=_USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://{_USER}@/{name}?host={self.folder}"

    def _pg_ctl(self, *arguments: str) -> None:
        """On a busy machine, more than its usual minute may pass."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "300", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.runs_as, str(self._bin / program), *arguments]
        log = self.folder / "tests.log"
        with log.open("ab") as out:  # a pipe would be held open by the server that pg_ctl starts
            done = subprocess.run(command, stdout=out, stderr=out, cwd=self.folder, check=False)
        assert done.returncode == 0, (command, log.read_text(encoding="utf-8", errors="replace")[-2000:])


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Started, and stopped and gone at the end."""
    bin_folder()
    with tempfile.TemporaryDirectory(prefix="mfa-pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o755)  # noqa: PTH101, S103 (a socket's path must be short, and the user postgres must reach it)
        cluster = Cluster(Path(name))
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")


@contextmanager
def running_pgbouncer(cluster: Cluster) -> Iterator[Path]:
    """PgBouncer in front of the cluster, in transaction mode, with two connections. Gives its socket's folder."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        missing("PgBouncer is not installed: apt-get install pgbouncer")
    with tempfile.TemporaryDirectory(prefix="mfa-pgb-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        if cluster.runs_as:
            shutil.chown(folder, "postgres")
        settings = {
            "listen_addr": "",
            "unix_socket_dir": folder,
            "listen_port": 5432,
            "auth_type": "any",
            "pool_mode": "transaction",
            "default_pool_size": 2,
            "max_client_conn": 200,
            "logfile": folder / "log",
            "pidfile": folder / "pid",
        }
        lines = "\n".join(f"{name} = {value}" for name, value in settings.items())
        (folder / "ini").write_text(f"[databases]\n* = host={cluster.folder} user={_USER}\n[pgbouncer]\n{lines}\n")
        command = [*cluster.runs_as, str(program), "--quiet", str(folder / "ini")]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                socket = folder / ".s.PGSQL.5432"
                give_up = time.monotonic() + 20
                while not socket.exists():
                    said = (folder / "log").read_text() if (folder / "log").exists() else ""
                    assert process.poll() is None, said
                    assert time.monotonic() < give_up, said
                    time.sleep(0.02)
                yield folder
            finally:
                os.kill(int((folder / "pid").read_text()), signal.SIGTERM)

"""A process that has loaded what commands need, and forks itself for each of them.

Loading torch takes two seconds, and a build has a hundred commands. Between `start` and the end of
the process that called it, `colorcore …` hands its command over, waits, and exits as that does;
without it, or where it cannot be reached, a command runs by itself and does the same; so does one
in another job of a cluster than that process, whose memory and time are not for it to use. Only
other packages are loaded beforehand: each command loads the code of this one as it then is.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path

VARIABLE = "COLORCORE_WARM"  # names the socket to those who hand over
LIBRARIES = (
    "pandas", "yaml", "pydantic.type_adapter", "pydantic.dataclasses", "typer", "rich.progress",
    "pyarrow.parquet", "pyarrow.dataset", "xarray",
    "matplotlib.figure", "matplotlib.backends.backend_svg", "matplotlib.backends.backend_agg",
    "scipy.stats", "scipy.spatial", "scipy.io", "torch", "safetensors.torch", "jaxtyping",
)  # fmt: skip
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
PATIENCE = 3  # seconds that a command has to tidy up after its end was asked for


def start() -> None:
    """Start the process, and name it to all that this one starts. It ends when this one does."""
    path = Path(tempfile.mkdtemp(prefix="colorcore-")) / _name()
    end, _ = os.pipe()  # its other side stays open for as long as this process lives
    subprocess.Popen(
        [sys.executable, "-P", "-m", "colorcore.workflow.warm", path],
        stdin=end,
        env={**os.environ, **ONE_THREAD},
        start_new_session=True,  # an interrupt from the keyboard is for the commands
    )
    os.close(end)
    os.environ[VARIABLE] = str(path)


def _name() -> str:
    """The socket's, which is for the commands of one job of Slurm, or of none."""
    return f"socket{os.environ.get('SLURM_JOB_ID', '')}"


def hand_over(arguments: list[str]) -> int | None:
    """Have the command run by the process, if there is one: its exit status, else None."""
    if VARIABLE not in os.environ or Path(os.environ[VARIABLE]).name != _name():
        return None
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(os.environ[VARIABLE])
        except OSError:  # it has ended, or is on another machine
            return None
        command = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
        socket.send_fds(line, [b"\0"], [0, 1, 2])
        line.sendall(json.dumps(command).encode() + b"\n")
        status = line.recv(8)
    return int(status) if status else _ended()


def _ended() -> int:
    print("error: the command was ended before it had finished; run it again", file=sys.stderr)
    return 1


class _Command(socketserver.BaseRequestHandler):
    """One command, in a process forked for it."""

    def handle(self) -> None:
        _, streams, _, _ = socket.recv_fds(self.request, 1, 3)
        command = json.loads(self.request.makefile("rb").readline())
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.setpgid(0, 0)  # with what it starts, to be ended together
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which shells turn off behind &
        threading.Thread(target=self._end_with_caller, daemon=True).start()
        status = _run(command)
        with suppress(ConnectionError):  # who asked has ended meanwhile
            self.request.sendall(str(status).encode())

    def _end_with_caller(self) -> None:
        with suppress(ConnectionError):
            if self.request.recv(1):
                return
        os.killpg(0, signal.SIGINT)
        time.sleep(PATIENCE)
        os.killpg(0, signal.SIGKILL)


def _run(command: dict) -> int:
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    del os.environ[VARIABLE]
    for name in [name for name in sys.modules if name.split(".")[0] == "colorcore"]:
        del sys.modules[name]
    sys.argv = ["colorcore", *command["arguments"]]
    try:
        import_module("colorcore.__main__").main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    request_queue_size = 128  # commands that wait while libraries load
    max_children = 128

    def service_actions(self) -> None:
        """End with the process that started this one, which closes standard input."""
        super().service_actions()
        if select.select([sys.stdin], [], [], 0)[0]:
            place = Path(str(self.server_address))
            place.unlink()
            place.parent.rmdir()
            os._exit(0)


def serve(path: Path) -> None:
    """Load libraries, then fork for each command that comes, until standard input ends."""
    with _Server(str(path), _Command) as server:
        server.timeout = 0
        for library in LIBRARIES:
            import_module(library)
            server.handle_request()  # of one that waits: it need not wait for what it may not use
        gc.freeze()  # what is loaded stays: in the commands, none of it need be looked through
        server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

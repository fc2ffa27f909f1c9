"""Programs in Python for tests that run many: forked from a process that has loaded them, each takes a tenth of its time.

`python forked.py SOCKET PROGRAM ARGUMENTS...` is the program, with its own folder, environment and files.
"""

import marshal
import os
import socket
import sys

PROGRAMS = {"regain": "cli.__main__", "aws": "tests.cli.stand_in_aws", "sam": "tests.cli.stand_in_sam"}
"""The module of each: its `main` takes the arguments from `sys.argv`, and answers the exit status."""


def ask(path: str, program: str, *arguments: str) -> int:
    """Runs a program to its end. Answers its exit status."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(path)
        request = marshal.dumps((program, arguments, os.getcwd(), dict(os.environ)))  # noqa: PTH109 - pathlib takes as long as Python
        socket.send_fds(asked, [len(request).to_bytes(4, "big")], [0, 1, 2])
        asked.sendall(request)
        return int(asked.recv(16) or 70)  # it was killed: as `sysexits.h` calls an error in a program


def serve(path: str) -> None:
    """Loads the programs, says so, and forks into one for each request, until its standard input ends."""
    import importlib
    import select
    import signal

    mains = {name: importlib.import_module(module).main for name, module in PROGRAMS.items()}
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that have ended
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while listening in select.select([listening, sys.stdin], [], [])[0]:
            asked, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                asked.sendall(str(_become(asked, mains)).encode())
                os._exit(0)
            asked.close()


def _become(asked, mains) -> int:
    """Runs the program that was asked for. Answers its exit status."""
    import traceback

    size, files, _, _ = socket.recv_fds(asked, 4, 3)
    with asked.makefile("rb") as rest:
        program, arguments, folder, environment = marshal.loads(rest.read(int.from_bytes(size, "big")))
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [program, *arguments]
    try:
        status = mains[program]()
    except SystemExit as ended:
        status = ended.code or 0
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    sys.exit(ask(*sys.argv[1:]))

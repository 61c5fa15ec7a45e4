"""Become another program that dies with its parent, even when the parent is killed -9.

use: python -I -S shim.py PARENT SIGNAL USER DIRECTORY PROGRAM ARGUMENT…
PARENT: process id that must still be there; SIGNAL: number sent to the program when it is gone;
USER: `-`, or user and group id as `65534:65534`, taken before the program starts (PostgreSQL refuses root).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: str, death: str, user: str, directory: str, *command: str) -> None:
    """Replace this process with `command`; ends with 125 when the parent died meanwhile."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if user != "-":
        user_id, group_id = (int(part) for part in user.split(":"))
        os.setgroups([])
        os.setgid(group_id)
        os.setuid(user_id)
    os.chdir(directory)
    if libc is not None:  # after the change of user, which would clear it
        libc.prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(125)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and the program would inherit that
    os.execv(command[0], command)  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:])

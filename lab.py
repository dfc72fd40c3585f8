"""Set up threadlab and open the course, with nothing but Python.

    python lab.py                 set up if needed, then open JupyterLab on lesson 1
    python lab.py --no-browser    the same, without opening a browser; other options go to `threadlab lab`
    python lab.py test            set up if needed, then run all tests; other arguments go to pytest
    python lab.py check 01        any other verb of `threadlab`, without its environment being activated

Everything is installed into the folder `.venv` beside this file: by uv where it is installed, else by
Python's own venv and pip. The second time nothing is installed, and no network is needed.
"""
# Old Pythons must be able to read this file as far as the version check, which tells them what is needed:
# so no `from __future__` line comes first, and `tomllib`, which they lack, comes after it.

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    needed, found = ("{}.{}".format(*version[:2]) for version in (OLDEST, sys.version_info))
    sys.exit(
        f"threadlab needs Python {needed} or newer; this is Python {found}.\n"
        "-> install a newer one from python.org, then run this again with it"
    )

import tomllib  # noqa: E402 - see above

ROOT = Path(__file__).resolve().parent
PROCESSES = min(4, (os.cpu_count() or 2) + 1)
"""One more than there are cores: tests wait for other processes about a third of their time."""
WHOLE_SUITE = (
    *("-n", str(PROCESSES), "--dist", "loadfile"),
    "--no-loadscope-reorder",  # else the files with few tests come last, and the longest file has few
)
"""How pytest runs when nothing is chosen: in several processes, each file of tests in one of them."""
UNFINISHED = "an installation began here and did not end\n"


class SetupFailed(Exception):
    """Setting up did not work; the message says at what, why, and what to do."""


def main(arguments: list[str]) -> int:
    """Do what was asked; the result is the exit status."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    try:
        set_up(ROOT)
    except SetupFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    if arguments[:1] == ["test"]:
        return run(["-m", "pytest", *(arguments[1:] or WHOLE_SUITE)])
    verb = [] if arguments and not arguments[0].startswith("-") else ["lab"]
    return run(["-m", "threadlab.cli", *verb, *arguments])


def set_up(root: Path) -> None:
    """Make `.venv` and install the project into it, unless that was done for exactly these files."""
    stamp, wanted = root / ".venv" / "threadlab-stamp", fingerprint(root)
    stamped = stamp.read_text() if stamp.is_file() else ""
    usable = stamped != UNFINISHED and python_runs(root)
    if usable and stamped == wanted:
        return
    print("Setting up threadlab in .venv (once; it takes a minute or two)", flush=True)
    uv = shutil.which("uv")
    if not usable:
        make_venv(root, uv)
    stamp.write_text(UNFINISHED)
    install(root, uv)
    stamp.write_text(wanted)


def fingerprint(root: Path) -> str:
    """What the installation depends on: the project's needs, the exact versions, and where it lies."""
    files = (root / "pyproject.toml", root / "constraints.txt")
    parts = [str(root).encode()]
    parts += [path.read_bytes() for path in files if path.is_file()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def venv_python(root: Path) -> Path:
    """The interpreter of `.venv`."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def python_runs(root: Path) -> bool:
    """Whether `.venv` has an interpreter that starts, and is new enough."""
    check = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([venv_python(root), "-c", check], capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv(root: Path, uv: str | None) -> None:
    """A new `.venv`, in the place of a broken one."""
    venv = str(root / ".venv")
    if uv:
        command = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, venv]
    else:
        command = [sys.executable, "-m", "venv", "--clear", venv]
    advice = "on Debian or Ubuntu, `apt install python3-venv`; or install uv, which needs no such package"
    show_progress("making .venv", command, root, advice)


def install(root: Path, uv: str | None) -> None:
    """The project, editable, with what its tests need."""
    python = str(venv_python(root))
    if uv:
        installer = [uv, "pip", "install", "--python", python]
    else:
        installer = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode != 0:
            show_progress("adding pip", [python, "-m", "ensurepip"], root, "delete .venv, then try again")
    constraints = root / "constraints.txt"
    exact = ["--constraint", str(constraints)] if constraints.is_file() else []
    command = [*installer, *exact, "--editable", str(root), *dev_requirements(root)]
    advice = "is there a network connection? The first time needs one. Then run the same command again"
    show_progress("installing packages", command, root, advice)


def dev_requirements(root: Path) -> list[str]:
    """The development group of pyproject.toml, as plain requirements that any pip understands."""
    groups = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    return [str(requirement) for requirement in groups["dev"]]


def show_progress(what: str, command: list[str], root: Path, advice: str) -> None:
    """Run a command while showing what it does and for how long. Raises SetupFailed with its last words."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(command, cwd=root, stdout=log, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                tick(what, time.monotonic() - begun)
                time.sleep(0.1)
        except KeyboardInterrupt:
            process.kill()
            raise
        clear_line()
        seconds = time.monotonic() - begun
        if process.returncode != 0:
            log.seek(0)
            words = "".join("    " + line for line in log.readlines()[-15:])
            raise SetupFailed(f"{what} failed after {seconds:.0f} s. Its last words:\n{words}\n-> {advice}")
    print(f"  {what}: done, {seconds:.0f} s", flush=True)


def tick(what: str, seconds: float) -> None:
    """Show the passing seconds where someone can see them move."""
    if sys.stdout.isatty():
        print(f"\r  {what} ... {seconds:.0f} s", end="", flush=True)


def clear_line() -> None:
    """Take the passing seconds away."""
    if sys.stdout.isatty():
        print("\r" + " " * 60 + "\r", end="", flush=True)


def run(arguments: list[str]) -> int:
    """Become the environment's Python, in this folder; on Windows, which cannot, start it and wait."""
    command = [str(venv_python(ROOT)), *arguments]
    os.chdir(ROOT)
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # Ctrl-C is for it, not for us


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

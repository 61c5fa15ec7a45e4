"""The first thing a newcomer meets: it must say what is wrong in a sentence, whatever is wrong."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "local" / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, with everything it writes below a temporary directory."""
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    places = {
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "STAMP": venv / ".ihala-ready",
        "LOG": tmp_path / ".local" / "logs" / "install.log",
    }
    for name, value in places.items():
        monkeypatch.setattr(module, name, value)
    return module


@pytest.fixture
def done(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What main() did, in place of doing it."""
    did: list[str] = []

    def make_libraries() -> None:
        did.append("libraries")
        bootstrap.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        bootstrap.PYTHON.touch()

    monkeypatch.setattr(bootstrap, "make_libraries", make_libraries)
    monkeypatch.setattr(bootstrap, "install_projects", lambda: did.append("projects"))
    return did


def test_an_old_python_is_told_what_to_do(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 8, 18))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if name == "python3.12" else None)
    with pytest.raises(bootstrap.Trouble, match=r"needs Python 3\.11 or newer.*make PYTHON=python3\.12"):
        bootstrap.main()


def test_the_script_can_be_read_by_python_3_8() -> None:
    compile(SCRIPT.read_text(), "bootstrap.py", "exec", dont_inherit=True)
    import ast

    ast.parse(SCRIPT.read_text(), feature_version=(3, 8))


def test_a_second_run_does_nothing(bootstrap: ModuleType, done: list[str]) -> None:
    bootstrap.main()
    bootstrap.main()
    assert done == ["libraries", "projects"]


def test_a_changed_project_is_installed_again_without_the_libraries(
    bootstrap: ModuleType, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.main()
    libraries, _ = bootstrap.wanted()
    monkeypatch.setattr(bootstrap, "wanted", lambda: (libraries, "another"))
    bootstrap.main()
    assert done == ["libraries", "projects", "projects"]


def test_a_half_made_environment_is_made_anew(bootstrap: ModuleType, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise bootstrap.Trouble("no network")

    with monkeypatch.context() as broken:
        broken.setattr(bootstrap, "make_libraries", fail)
        with pytest.raises(bootstrap.Trouble):
            bootstrap.main()
    assert not bootstrap.STAMP.exists()
    bootstrap.main()
    assert done == ["libraries", "projects"]


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError'", "the network or the package index cannot be reached"),
        ("ERROR: No matching distribution found for numpy==1", "has no library of requirements.lock for Python"),
        ("ERROR: something else", "something else"),
    ],
)
def test_a_failed_installation_is_explained(bootstrap: ModuleType, log: str, sentence: str) -> None:
    assert sentence in bootstrap.explain("Installing libraries", log)


def test_a_failed_command_stops_with_its_explanation(bootstrap: ModuleType) -> None:
    bootstrap.LOG.parent.mkdir(parents=True)
    bootstrap.LOG.write_text("")
    with pytest.raises(bootstrap.Trouble, match="the disk is full"):
        bootstrap.run("Trying", [sys.executable, "-c", "raise SystemExit('No space left on device')"])


def test_no_venv_module_is_a_sentence(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(bootstrap.Trouble, match="apt install python3"):
        bootstrap.refuse_without_venv()


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = (SCRIPT.parents[2] / "requirements.lock").read_text()
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > lock.count("==") > 50


def test_make_alone_prints_what_there_is() -> None:
    said = subprocess.run(["make"], cwd=SCRIPT.parents[2], capture_output=True, text=True, check=True).stdout
    assert {"run", "up", "story", "down", "test", "clean-data", "requirements"} <= {line.split()[1] for line in said.splitlines()}

"""The frame around all verbs: help, version, errors, Ctrl-C, encodings."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from dialer.cli.root import VERBS
from tests.unit.cli.conftest import SITE, Waihu

CHECKOUT = Path(__file__).parents[3]


def waihu_process(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON", "WAIHU"))
    }
    return subprocess.run(
        [sys.executable, "-m", "dialer", *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(CHECKOUT), **environment},
        capture_output=True,
        check=False,
    )


def test_help_names_every_verb(waihu: Waihu) -> None:
    result = waihu("--help")
    assert result.exit_code == 0
    for verb, (_, line) in VERBS.items():
        assert any(text.split(None, 1) == [verb, line] for text in result.stdout.splitlines()), verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_of_its_own(waihu: Waihu, verb: str) -> None:
    result = waihu(verb, "--help")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"Usage: waihu {verb} ") or f" {verb} " in result.stdout.splitlines()[0]


@pytest.mark.parametrize(("module", "line"), VERBS.values())
def test_every_verb_lives_in_a_file_of_its_own(module: str, line: str) -> None:
    assert import_module(f"dialer.cli.{module}").app is not None
    assert line.endswith(".")


def test_help_imports_no_room(tmp_path: Path) -> None:
    """A look at the help must not take as long as a start of the daemon."""
    script = "import sys\nfrom dialer.cli import main\ntry: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "dialer.cli.root" in loaded
    assert not {"sqlalchemy", "pydantic", "panoramisk", "starlette", "dialer.store", "dialer.config"} & loaded


def test_version(waihu: Waihu) -> None:
    assert waihu("--version").stdout.startswith("waihu 0.")


@pytest.mark.parametrize("arguments", [["dance"], ["check", "--nope"], ["campaign", "start"], ["campaign", "dance"]])
def test_what_cannot_be_understood_exits_2(waihu: Waihu, arguments: list[str]) -> None:
    result = waihu(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert result.stdout == ""


def test_a_mistake_of_ours_keeps_its_traceback(waihu: Waihu, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("dialer.cli.check.check_paths", broken)
    result = waihu("check")
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C.UTF-8"},
    ],
)
def test_chinese_comes_out_whole_in_any_locale(tmp_path: Path, locale: dict[str, str]) -> None:
    (tmp_path / "waihu.yaml").write_text(SITE.replace("李娜", "李娜\n   李: 娜"), encoding="utf-8")
    folder = tmp_path / "外呼"
    folder.mkdir()
    (folder / "waihu.yaml").write_text(SITE.replace("teams: [sales]", "组: [sales]"), encoding="utf-8")
    done = waihu_process("check", str(folder), folder=tmp_path, **locale)
    assert done.returncode == 2
    assert "外呼/waihu.yaml:4: agents.1001.组" in done.stderr.decode("utf-8")


def test_help_in_a_c_locale(tmp_path: Path) -> None:
    done = waihu_process("--help", folder=tmp_path, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "外呼" in done.stdout.decode("utf-8")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Whoever runs the tests in the background has SIGINT ignored, and a program inherits that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_leaves_no_traceback(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "dialer", "agent", "pin", "1001"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        prompt = b"PIN of agent 1001: "
        assert process.stderr.read(len(prompt)) == prompt
        until_it_reads(process.pid)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    os.close(ours)
    os.close(its)
    assert (process.returncode, out, err) == (130, b"", b"")


def until_it_reads(process: int) -> None:
    """A signal between the prompt and the reading would only be seen at the end of the line, whoever presses Ctrl-C is
    not so quick."""
    while Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        time.sleep(0.01)

"""Every module of the core has a test file of its name: dialer/core/a/b.py has test_b.py below tests/unit/core."""

from pathlib import Path

# Modules of values without behaviour, each with the test that uses them; only such modules belong here.
TESTED_IN: dict[str, str] = {
    "aside_words": "test_aside.py",
    "asides": "test_switching.py",
    "calling_out": "test_directory.py",
    "commands": "test_whole_calls.py",
    "drawn_agent": "test_states.py",
    "drawn_aside": "test_states.py",
    "drawn_on_hook": "test_states.py",
    "drawn_call": "test_states.py",
    "drawn_caller": "test_states.py",
    "drawn_campaign": "test_states.py",
    "drawn_supervisor": "test_states.py",
    "events": "test_dialer.py",
    "found": "test_recovery.py",
    "guards": "test_call.py",
    "letters": "test_coupling.py",
    "live_aside": "test_aside.py",
    "live_agent": "test_agent.py",
    "machine_messages": "test_answering_machine.py",
    "live_call": "test_call.py",
    "moves": "test_talk.py",
    "queueing": "test_caller.py",
    "samples": "test_states.py",
    "signals": "test_coupling.py",
    "third": "test_aside.py",
    "transfer": "test_aside.py",
    "supervision": "test_attendance.py",
    "supervision_words": "test_attendance.py",
}


def core_modules(files: list[Path]) -> list[Path]:
    return [
        file
        for file in files
        if file.is_relative_to("dialer/core") and file.suffix == ".py" and file.name != "__init__.py"
    ]


def test_every_core_module_has_its_test(project_files: list[Path]) -> None:
    tests = {file.name for file in project_files if file.is_relative_to("tests/unit/core")}
    untested = [
        str(module)
        for module in core_modules(project_files)
        if TESTED_IN.get(module.stem, f"test_{module.stem}.py") not in tests
    ]
    assert untested == []


def test_exceptions_name_modules_that_exist(project_files: list[Path]) -> None:
    assert set(TESTED_IN) <= {module.stem for module in core_modules(project_files)}

"""What the style of this project asks of every module, as far as a program can see it."""

from __future__ import annotations

import ast
import re
import runpy
import tomllib
from functools import cache
from pathlib import Path

import pytest

from monitor.commands import COMMANDS
from monitor.sources import SOURCE_TYPES
from tests.conftest import ROOT

complexity, functions_in = (runpy.run_path(str(ROOT / ".ci/complexity.py"))[name] for name in ("complexity", "functions_in"))

MODULES = sorted((ROOT / "monitor").rglob("*.py"))
MAX_MODULE, MAX_FUNCTION, MAX_COMPLEXITY = 400, 60, 15
#: Names that say nothing; the words of the design say more.
EMPTY_WORDS = {"manager", "processor", "handler", "helper", "helpers", "utils", "util", "info", "service_layer"}
GIVEN_NAMES = {"get_extra_info"}  #: names that a library's interface prescribes
#: A limit has one word for each end.
OTHER_LIMIT = re.compile(r"_?(?:MOST|LEAST|FEWEST|LONGEST|SHORTEST|LARGEST|SMALLEST)(?:_|$)|\w*_AT_(?:MOST|LEAST)$")
#: Only the clock asks the machine for the time of day.
ASKS_THE_TIME = re.compile(r"\b(?:datetime\.(?:now|today|utcnow)|date\.today|time\.time)\(")


def ids(module: Path) -> str:
    return str(module.relative_to(ROOT))


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text())


def functions(module: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(parsed(module)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_modules_are_short() -> None:
    code = [module for module in MODULES if not {"migrations", "tables"} & set(module.parts)]
    lengths = {ids(module): len(module.read_text().splitlines()) for module in code}
    assert {name: length for name, length in lengths.items() if length > MAX_MODULE} == {}


def test_functions_are_short() -> None:
    code = [module for module in MODULES if "migrations" not in module.parts]
    lengths = {f"{ids(m)}:{f.name}": (f.end_lineno or 0) - f.lineno + 1 for m in code for f in functions(m)}
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION} == {}


def test_functions_have_few_ways_through_them() -> None:
    code = [(path, function) for path, function in functions_in(ROOT / "monitor") if "migrations" not in path.parts]
    counted = {f"{ids(path)}:{function.name}": complexity(function) for path, function in code}
    assert {name: count for name, count in counted.items() if count > MAX_COMPLEXITY} == {}


def test_the_ways_through_a_function_are_counted_with_each_operand() -> None:
    text = """
def example(a, b):
    if a and b or a:                             # one, and two operators
        return [x for x in a if x if x > 1]      # one, and two conditions
    def inside():
        return 1 if a else 2                     # another function's
    try:
        while a:                                 # one
            a = b if b else a                    # one
    except ValueError:                           # one
        match a:
            case 1:                              # one
                pass
"""
    outer = ast.parse(text).body[0]
    assert isinstance(outer, ast.FunctionDef)
    assert complexity(outer) == 1 + 3 + 3 + 4


def test_names_say_something() -> None:
    found = set()
    for module in MODULES:
        defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        names = [module.stem, *(node.name for node in ast.walk(parsed(module)) if isinstance(node, defined))]
        for name in names:
            words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")
            found |= {f"{ids(module)}: {name}" for word in words if word in EMPTY_WORDS and name not in GIVEN_NAMES}
    assert found == set()


def test_limits_are_called_max_and_min() -> None:
    found = []
    for module in [path for folder in ("monitor", "tests", "train", "bench", ".ci") for path in (ROOT / folder).rglob("*.py")]:
        names = [node.id for node in ast.walk(parsed(module)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        found += [f"{ids(module)}: {name}" for name in names if OTHER_LIMIT.match(name)]
    assert found == []


def test_nobody_but_the_clock_asks_for_the_time() -> None:
    # The scheduler and the watchdog live by the machine's clock, whatever day it is for the monitor.
    allowed = {"monitor/app/daemon.py": ("datetime.now(UTC)", "time.time()")}
    found = []
    for module in MODULES:
        if module.name == "clock.py":
            continue
        lines = [line for line in module.read_text().splitlines() if ASKS_THE_TIME.search(line.split("#")[0])]
        found += [f"{ids(module)}: {line}" for line in lines if not any(a in line for a in allowed.get(ids(module), ()))]
    assert found == []


def test_state_has_one_door() -> None:
    # A transaction is a method of the store; who holds an engine could begin one anywhere.
    found = []
    for module in [module for module in MODULES if "store" not in module.parts]:
        uses = [node.lineno for node in ast.walk(parsed(module)) if isinstance(node, ast.Attribute) and node.attr == "engine"]
        found += [f"{ids(module)}:{line}" for line in uses]
    assert found == []


def test_every_kind_and_every_command_is_kept_apart() -> None:
    # A contract names its modules one by one, and would pass over one that is new.
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    apart = {module for contract in contracts if contract["type"] == "independence" for module in contract["modules"]}
    kinds = {where.partition(":")[0] for where in SOURCE_TYPES.values()}
    commands = {f"monitor.commands.{command.module}" for command in COMMANDS}
    assert kinds | commands | {"monitor.channels.types.*"} == apart


def test_every_package_says_what_it_is() -> None:
    silent = [ids(module) for module in MODULES if not ast.get_docstring(ast.parse(module.read_text()))]
    assert silent == []


def test_nothing_is_left_to_do() -> None:
    mark = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    assert [ids(module) for module in MODULES if mark.search(module.read_text())] == []


#: Words that named a thing here and mean another in the field: each with what it is called now. No identifier has one.
RETIRED_WORDS = {
    "ear": "source coverage",
    "ears": "sources",
    "hearing": "coverage",
    "deaf": "down",
    "habit": "baseline",
    "rhythm": "arrival model",
    "lookout": "evaluator",
    "tellings": "notifications",
    "eyes": "polling runtime",
    "wishes": "preferences form",
    "seal": "fingerprint",
    "accounts": "attestations",
    "continuity": "restore guard",
    "timetable": "schedule",
    "guards": "alert limits",
    "filing": "articles",
    "asides": "boilerplate lines",
    "foot": "footer",
}
#: The same of whole names, whose words are good elsewhere.
RETIRED_NAMES = {
    "Account": "Attestation",
    "Asked": "PollResult",
    "Front": "Entrypoint",
    "Glance": "IdleState",
    "Kind": "ChangeKind, BounceKind",
    "Lead": "LeaderElection",
    "Lines": "SmtpPool",
    "Moment": "UTCDateTime",
    "Pace": "RateLimiter",
    "Parts": "Runtime",
    "Polled": "PollSummary",
    "PutBy": "PrefetchedPages",
    "Raised": "Alarm",
    "Returns": "SignedReturnPath",
    "ReturnedMail": "BounceReport",
    "Standing": "ActiveAlarm",
    "Way": "Receiver",
    "bootstrap": "app.runtime",
    "let_go": "release",
    "look": "evaluate, check",
    "send_from": "earliest_send",
    "watch": "poll_history",
}
#: Names that a retired word may stay in: what they are called is prescribed, or has no better word.
KEPT_NAMES = {("monitor/store/guard.py", "look"), ("monitor/store/engine.py", "look"), ("monitor/store/store.py", "look")}
KEPT_NAMES |= {("monitor/system/clock_watch.py", "look")}


def identifiers(module: Path) -> set[str]:
    """Names that a module gives: its own, of what it defines, of parameters, and of what it assigns to."""
    found = {module.stem}
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def retired(name: str) -> list[str]:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")
    return [*(RETIRED_WORDS[word] for word in words if word in RETIRED_WORDS), *filter(None, [RETIRED_NAMES.get(name)])]


def test_retired_words_are_not_used_again() -> None:
    modules = [module for module in MODULES if "migrations" not in module.parts]
    names = [(ids(module), name) for module in modules for name in identifiers(module)]
    assert {
        f"{where}: {name}": retired(name) for where, name in names if retired(name) and (where, name) not in KEPT_NAMES
    } == {}
    assert set(names) >= KEPT_NAMES, "kept for nothing"


@pytest.mark.parametrize(("name", "now"), [("deaf_since", "down"), ("SourceHabit", "baseline"), ("Way", "Receiver")])
def test_a_retired_word_is_seen_in_any_form(name: str, now: str) -> None:
    assert retired(name) == [now]
    assert retired("way_out") == retired("nearer") == []


def test_a_limit_is_called_max_or_min() -> None:
    limit = re.compile(r"_?(?:MOST|LEAST|FEWEST|LONGEST|SHORTEST)(?:_|$)")
    assert [f"{ids(module)}: {name}" for module in MODULES for name in identifiers(module) if limit.match(name)] == []


def test_the_glossary_names_files_that_are_there() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    named = re.findall(r"`(monitor/[a-z_/]+\.py)`", glossary)
    assert len(named) > 40
    assert [path for path in named if not (ROOT / path).exists()] == []
    terms = [row.split("|")[1].strip() for row in glossary.splitlines() if row.startswith("| ") and "---" not in row]
    defined = [term for term in terms if term != "word"]
    assert len(defined) == len(set(defined)), "each term once"

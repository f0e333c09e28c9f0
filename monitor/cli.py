"""The command line: finds the command, parses its arguments, runs it, and turns errors into one plain sentence."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from monitor import __version__
from monitor.commands import ALIASES, COMMANDS, Command
from monitor.system.plain_stream import plain_output

_INTRODUCTION = """\
Hears when Ofsted's rating of a council's children's services changes, and tells
people once, correctly, with the sentence that proves it.
"""

_EPILOGUE = """\
Try:
  monitor demo                        see what an alert looks like
  monitor check                       is the configuration right?
  monitor classify article.html       what does this page say?
  monitor once --as-of 2017-06-13     what would it have said that day?
  monitor COMMAND --help              more on one command

Exit status: 0 all went well; 1 something failed or was found wrong; 2 the command
or the configuration could not be understood.
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong and where to read on, without the wall of usage text."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\nSee `{self.prog} --help`.\n")


def _help_text() -> str:
    """The text of ``monitor --help``, from the table of commands alone."""
    lines = ["usage: monitor COMMAND [OPTIONS]", "", _INTRODUCTION]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines.append(f"{group}:")
        lines += [f"  {command.name:<12} {command.summary}" for command in COMMANDS if command.group == group]
        lines.append("")
    lines += [_EPILOGUE.rstrip(), "", "Options: --version, --debug (show where an unexpected error came from), -h, --help"]
    return "\n".join(lines)


def _find(name: str) -> Command | None:
    name = ALIASES.get(name, name)
    return next((command for command in COMMANDS if command.name == name), None)


def _unknown(name: str) -> int:
    from difflib import get_close_matches  # only a mistake has to wait for it

    close = get_close_matches(name, [command.name for command in COMMANDS], n=1)
    hint = f" Did you mean `monitor {close[0]}`?" if close else ""
    print(f"monitor: there is no command {name!r}.{hint}\nSee `monitor --help`.", file=sys.stderr)
    return 2


def _run(command: Command, arguments: Sequence[str], *, debug: bool) -> int:
    """Parse the arguments of one command and run it; expected errors become one sentence on stderr."""
    from monitor.ports import MonitorError

    module = import_module(f"monitor.commands.{command.module}")
    parser = _Parser(prog="monitor", add_help=False)
    subparsers = parser.add_subparsers(dest="command", parser_class=_Parser)
    module.add_parser(subparsers)
    args = parser.parse_args([command.name, *arguments])
    args.debug = debug
    try:
        _refuse_files(args)
        return int(getattr(args, "run", module.run)(args) or 0)
    except MonitorError as error:
        from monitor.domain.masked import masked

        print(f"monitor {command.name}: {masked(str(error))}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:  # a bug: say so plainly, keep the trace for who asks
        if debug:
            raise
        if said := _not_ours(error, arguments):
            print(f"monitor {command.name}: {said}", file=sys.stderr)
            return 2 if isinstance(error, UnicodeError) else 1
        from monitor.commands.redaction import redacted

        words = redacted(f"{type(error).__name__}: {error}", os.environ)
        print(
            f"monitor {command.name}: something unexpected went wrong: {words}\n"
            f"This is a fault in the monitor. `monitor --debug {command.name} ...` shows where.",
            file=sys.stderr,
        )
        return 1


def _refuse_files(args: argparse.Namespace) -> None:
    """Raise ConfigError where a folder is asked for and a file is named."""
    from monitor.ports import ConfigError

    for option in ("config", "state"):
        folder = getattr(args, option, None)
        if folder is not None and folder.exists() and not folder.is_dir():
            raise ConfigError(f"is a file; --{option} takes a folder", key=str(folder))


def _not_ours(error: Exception, arguments: Sequence[str]) -> str:
    """What the machine, or whoever typed the arguments, has to put right; empty for a fault of ours."""
    if isinstance(error, OSError) and error.strerror:
        return f"{_shortened(error.filename)}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, UnicodeEncodeError):
        broken = [each for each in arguments if any("\ud800" <= character <= "\udfff" for character in each)]
        return f"{_shortened(broken[0])!r} is no text in UTF-8" if broken else ""
    if type(error).__name__ in {"DatabaseError", "OperationalError"}:  # sqlite3's and SQLAlchemy's; help must import neither
        from monitor.store.failures import in_words

        return str(in_words(getattr(error, "orig", error), waiting=False) or "")
    return ""


def _shortened(name: object) -> str:
    text = os.fsdecode(name) if isinstance(name, str | bytes) else str(name)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _speak_any_encoding() -> None:
    """A terminal that does not know a character gets a question mark, not an end in the middle of a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace" if stream is sys.stdout else "backslashreplace")


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the ``monitor`` command.

    Returns:
        The exit status: 0 fine, 1 failed or found something wrong, 2 wrong usage or configuration.
    """
    _speak_any_encoding()
    try:
        with plain_output():
            status = _main(list(sys.argv[1:] if argv is None else argv))
        if sys.stdout is not None:  # a service manager may have closed it
            sys.stdout.flush()
    except BrokenPipeError:
        return _mute(1)  # the reader of our output went away (`| head`): nothing to say
    except OSError as error:
        print(f"monitor: the output cannot be written: {error.strerror or error}", file=sys.stderr)
        return _mute(1)
    return status


def _mute(status: int) -> int:
    """Leave nothing to be flushed at exit, where it would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _main(arguments: list[str]) -> int:
    """What the arguments ask for."""
    debug = bool(arguments) and arguments[0] == "--debug"
    arguments = arguments[1:] if debug else arguments
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        if len(arguments) > 1 and arguments[0] == "help":
            return _main([*arguments[1:2], "--help"])
        print(_help_text())
        return 0 if arguments else 2
    if arguments[0] in {"-V", "--version"}:
        print(f"monitor {__version__}")
        return 0
    command = _find(arguments[0])
    if command is None:
        return _unknown(arguments[0])
    return _run(command, arguments[1:], debug=debug)

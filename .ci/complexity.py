"""How many ways lead through each function: one, and one more for each branch, operand of `and` and `or`, and condition.

Counted are `if`, `elif`, ternaries, loops and comprehensions with their conditions, `except`, `case`, and every operand of a
boolean operator after the first. What a function defines inside itself is counted as a function of its own, and not in the one
around it.

    python .ci/complexity.py [FOLDER] [--over 10]
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


def complexity(function: Function) -> int:
    """Of one function, those inside it left out."""
    return 1 + sum(map(_count, function.body))


def _count(node: ast.AST) -> int:
    if isinstance(node, Function):
        return 0
    return _own(node) + sum(map(_count, ast.iter_child_nodes(node)))


def _own(node: ast.AST) -> int:
    match node:
        case ast.If() | ast.IfExp() | ast.For() | ast.AsyncFor() | ast.While() | ast.ExceptHandler() | ast.match_case():
            return 1
        case ast.BoolOp():
            return len(node.values) - 1
        case ast.comprehension():
            return 1 + len(node.ifs)
        case _:
            return 0


def functions_in(folder: Path) -> Iterator[tuple[Path, Function]]:
    """Every function and method of the Python files below `folder`."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                yield path, node


def length(function: Function) -> int:
    """Lines, from `def` to the last."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def main() -> None:
    """Print what is over, and the share over 10, median and 90th percentile of lengths."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=Path("monitor"))
    parser.add_argument("--over", type=int, default=15)
    args = parser.parse_args()
    found = [(complexity(function), length(function), path, function) for path, function in functions_in(args.folder)]
    for count, lines, path, function in sorted(found, key=lambda each: -each[0]):
        if count > args.over:
            print(f"{count:3} {lines:3} lines  {path}:{function.lineno} {function.name}")
    lengths = sorted(lines for _, lines, _, _ in found)
    over = sum(count > 10 for count, *_ in found)
    print(
        f"{len(found)} functions; {over} ({over / len(found):.1%}) over 10; most complex {max(found, key=lambda e: e[0])[0]}; "
        f"lines: median {lengths[len(lengths) // 2]}, 90th percentile {lengths[len(lengths) * 9 // 10]}, most {lengths[-1]}"
    )


if __name__ == "__main__":
    main()

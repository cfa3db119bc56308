"""Formulas of indicators that are made from others: ids, numbers, ``+ - * /`` and brackets, and nothing else."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from geozone.errors import UsageError

OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = MappingProxyType(
    {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
)
_ALLOWED = (ast.BinOp, ast.UnaryOp, ast.USub, ast.Name, ast.Load, ast.Constant, *OPERATIONS)
_LARGEST = 1e15  # number that one may hold
_LONGEST, _SHOWN = 500, 60  # characters


def parse_formula(formula: str) -> ast.expr:
    """Return a formula as a tree of operations, names and numbers.

    Raises
    ------
    UsageError
        If it is no formula of ids, numbers, ``+ - * /`` and brackets, or too long for one.
    """
    if len(formula) > _LONGEST:
        raise UsageError(
            "manifest.long_formula", formula=formula[:_SHOWN], length=len(formula), longest=_LONGEST
        )
    try:
        tree = ast.parse(formula, mode="eval").body
    except (SyntaxError, ValueError) as error:  # ValueError: of more digits than a number may have
        raise UsageError("manifest.bad_formula", formula=formula) from error
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Constant) and not _is_number(node.value)):
            raise UsageError("manifest.bad_formula", formula=formula)
    return tree


def names_in(formula: str) -> tuple[str, ...]:
    """Return the ids of the indicators in a formula, each once.

    Raises
    ------
    UsageError
        As `parse_formula` does.
    """
    tree = parse_formula(formula)
    return tuple(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))


def added_names(formula: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of indicators that a formula adds up or takes from each other as they are, without a factor.

    >>> list(added_names("(a + b) / c - 2 * d"))
    [('a', 'b')]
    """
    for node in ast.walk(parse_formula(formula)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            first, second = node.left, node.right
            if isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add | ast.Sub):
                first = first.right  # a + b + c
            if isinstance(first, ast.Name) and isinstance(second, ast.Name):
                yield first.id, second.id


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST

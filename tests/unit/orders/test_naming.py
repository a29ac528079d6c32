"""Figures in a file for people name their columns and what stands in them."""

import ast
from pathlib import Path
from typing import get_args

import orders.domain.figures
from orders.domain.figures.naming import CELLS, COLUMNS, named
from orders.domain.lifecycle import ExceptionStage
from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.parts.spending import CostKind
from shared.contracts.departments import DelayReason
from shared.tables import Table


def columns_of_every_table() -> set[str]:
    """The names that stand as columns in the modules that make tables: in a tuple, or as keys of a row."""
    found: set[str] = set()
    for path in Path(orders.domain.figures.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named_here = isinstance(node, ast.keyword) and node.arg == "columns"
            assigned = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("columns", "names")
            if named_here or assigned:
                found |= {each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
    return found


def test_every_column_has_a_name() -> None:
    assert len(columns_of_every_table()) > 30
    assert columns_of_every_table() - set(COLUMNS) == set()


def test_no_two_columns_are_called_the_same() -> None:
    assert len(set(COLUMNS.values())) == len(COLUMNS)


def test_every_word_of_ours_in_a_column_has_a_name() -> None:
    assert set(CELLS["kind"]) == {*get_args(ExceptionKind), *get_args(CostKind)}
    assert set(CELLS["reason"]) == set(get_args(DelayReason))
    assert set(CELLS["stage"]) == set(get_args(ExceptionStage))


def test_a_table_for_people_names_columns_and_answers_and_leaves_amounts_and_own_words_as_they_are() -> None:
    row = {"order_no": "SO-1", "kind": "supply", "amount": "30.00", "held": "no", "company_column": "own"}
    table = Table(columns=tuple(row), rows=(row,), figures={"orders": 1}, money=("amount",))
    shown = named(table)
    assert shown.columns == ("订单编号", "类别", "金额", "暂不催收", "company_column")
    assert shown.rows == (
        {"订单编号": "SO-1", "类别": "供应商", "金额": "30.00", "暂不催收": "否", "company_column": "own"},
    )
    assert (shown.money, shown.figures) == (("金额",), {"orders": 1})

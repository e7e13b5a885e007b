"""Metrics as measures: their SQL, said in DAX."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from bi.metrics import Derived, Metric, Simple
from bi.power_bi.names import column_title, measure, quoted, table_title

AGGREGATES = {
    "sum": "SUM({column})",
    "count": "COUNTROWS({table})",
    # What is empty is no value, as in SQL.
    "count_distinct": "DISTINCTCOUNTNOBLANK({column})",
}


def dax(name: str, known: Mapping[str, Metric], titles: Mapping[str, str]) -> str:
    """Return the expression of a measure.

    Args:
        name: the metric.
        known: all metrics.
        titles: what tables are called, by their models.
    """
    metric = known[name]
    if isinstance(metric, Derived):
        return _said(metric.formula, lambda column: measure(known[column.name]))
    assert isinstance(metric, Simple)
    own = metric.table

    def of_row(column: exp.Column) -> str:
        title = table_title(column.table, titles)
        found = f"{title}[{column_title(column.name)}]"
        return found if column.table == own else f"RELATED({found})"

    table = quoted(titles[own])
    column = metric.column.find(exp.Column)
    words = {"table": table, "column": of_row(column) if column else ""}
    aggregated = AGGREGATES[metric.aggregate].format(**words)
    if metric.condition is None:
        return aggregated
    return f"CALCULATE({aggregated}, FILTER({table}, {_said(metric.condition, of_row)}))"


def _said(node: exp.Expr, named: Callable[[exp.Column], str]) -> str:
    """Say an expression of SQL in DAX; what metrics do not need is an error."""

    def said(part: exp.Expr | str) -> str:
        assert isinstance(part, exp.Expr)
        return _said(part, named)

    match node:
        case exp.Column():
            return named(node)
        case exp.Literal(is_string=False):
            return node.name
        case exp.Neg():
            return f"-{said(node.this)}"
        case exp.Paren():
            return f"({said(node.this)})"
        case exp.Case(args={"ifs": [branch], "default": None | exp.Null()}):
            return f"IF({said(branch.this)}, {said(branch.args['true'])})"
        case exp.Div(expression=exp.Nullif(this=divisor)):
            return f"DIVIDE({said(node.this)}, {said(divisor)})"
        case exp.Is(expression=exp.Null()):
            return f"ISBLANK({said(node.this)})"
        case exp.Not():
            return f"NOT({said(node.this)})"
        case exp.And():
            return f"{said(node.left)} && {said(node.right)}"
        case exp.EQ():
            return f"{said(node.left)} = {said(node.right)}"
        case exp.NEQ():
            return f"{said(node.left)} <> {said(node.right)}"
        case exp.Cast() if node.is_type("date"):
            moment = said(node.this)
            return f"DATE(YEAR({moment}), MONTH({moment}), DAY({moment}))"
        case _:
            raise NotImplementedError(f"No DAX is known for {node.sql()}")

"""Settles together which column is which, so that the weight of all is the most."""

from loader.understanding.columns import PROPOSED, Columns


def assigned(columns: Columns) -> dict[str, tuple[int, float]]:
    """Return the assignment of columns that has the most weight in all."""
    usable = {key: weight for key, weight in columns.weights.items() if weight >= PROPOSED}
    chosen: dict[str, tuple[int, float]] = {}
    for group in _connected(usable):
        best = _heaviest(sorted({place for _, place in group}), group)
        for place, column in best.items():
            chosen[column] = (place, group[column, place])
    ordered = [column for column in columns.contract.columns if column in chosen]
    return {column: chosen[column] for column in ordered}


_Weights = dict[tuple[str, int], float]


def _connected(weights: _Weights) -> list[_Weights]:
    """Split what may be matched into groups that have nothing to do with each other."""
    groups: list[_Weights] = []
    for (column, place), weight in weights.items():
        touching = [
            group for group in groups if any(column == other or place == at for other, at in group)
        ]
        merged: _Weights = {(column, place): weight}
        for group in touching:
            merged |= group
            groups.remove(group)
        groups.append(merged)
    return groups


def _heaviest(places: list[int], weights: _Weights) -> dict[int, str]:
    """Return the matching of places with columns that weighs the most, each used once."""
    best: dict[int, str] = {}
    most = 0.0

    def options(place: int) -> list[str]:
        columns = [column for column, at in weights if at == place]
        return sorted(columns, key=lambda column: -weights[column, place])[:4]

    def go(index: int, chosen: dict[int, str], total: float) -> None:
        nonlocal best, most
        if total > most + 1e-9:
            best, most = dict(chosen), total
        if index == len(places) or total + (len(places) - index) * 1.5 <= most:
            return
        place = places[index]
        for column in options(place):
            if column not in chosen.values():
                go(index + 1, {**chosen, place: column}, total + weights[column, place])
        go(index + 1, chosen, total)

    go(0, {}, 0.0)
    return best

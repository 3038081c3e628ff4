"""How well-known sources build their tables, one file each."""

from functools import cache
from pathlib import Path

from sim.theatre.files.yaml_tree import plain, read
from sim.theatre.language.map_file import Columns, Preset, TableForm


@cache
def preset(name: Preset) -> TableForm:
    """How the exports of a source are built.

    >>> preset("gdelt").columns.date
    'Day'
    """
    return TableForm.model_validate(plain(read(Path(__file__).parent / f"{name}.yaml")[0]))


def over(form: TableForm, base: TableForm | None) -> TableForm:
    """What a map file says of its table, over a preset: of columns it may name a few, and none with `null`."""
    written = {name: getattr(form, name) for name in TableForm.model_fields if name in form.model_fields_set}
    if base is None:
        return TableForm.model_construct(**written)
    if "columns" in written:
        named = {name: getattr(form.columns, name) for name in form.columns.model_fields_set}
        written["columns"] = Columns.model_validate(base.columns.model_dump() | named)
    return base.model_copy(update=written)

"""Write the table of the claims into `sim/ODD.md` anew: `make odd`, or `python -m tests.claims.write`."""

import re

from tests.odd import ODD, table

from .effects import Effect, Row, effect
from .table import ROWS

HEAD = ("claim", "says", "mechanism", "switch", "measure", "sign", "effect, with its 95 % interval")
_PLACE = re.compile(r"(?<=<!-- generated: claims -->\n).*?(?=<!-- end -->)", re.DOTALL)


def line(row: Row, measured: Effect) -> str:
    """One row as the table prints it."""
    switch = f"{row.switch.words}; {row.runs} pairs of {row.days} days"
    interval = f"{measured.value:+.3g} [{measured.low:+.3g}, {measured.high:+.3g}]"
    sign = "+" if row.then.sign > 0 else "-"
    cells = (row.claim, row.says, f"`{row.via}`", switch, row.then.of.words, sign, interval)
    return table([HEAD, cells]).splitlines()[-1]


def written() -> list[str]:
    """The rows that stand in the protocol."""
    (found,) = _PLACE.findall(ODD.read_text(encoding="utf-8"))
    return found.splitlines()[2:]


def main() -> None:
    """Measure every row and write what was found; tell of those that do not show what they should."""
    lines = []
    for row in ROWS:
        measured = effect(row)
        lines.append(line(row, measured))
        if not measured.shows(row.then.sign):
            print(f"not shown: {lines[-1]}")
    whole = "\n".join((*table([HEAD]).splitlines(), *lines, ""))
    text = ODD.read_text(encoding="utf-8")  # only now, for measuring takes its time
    ODD.write_text(_PLACE.sub(lambda _: whole, text), encoding="utf-8")


if __name__ == "__main__":
    main()

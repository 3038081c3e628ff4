"""The sections of the page, in the order in which they stand on it: what each is called, holds, and when it applies.

A section has a template, `page/sections/NAME.html`, and may have scripts, `page/script/NAME.js`, that draw its charts;
or both as text of its own. What several sections read is gathered in `sim.report.contents`.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sim.results.counted import AnyEnsemble

from . import actors, chronology, fronts, opening, record, series
from .happened import happened

if TYPE_CHECKING:
    from .contents import Contents

PAGE = Path(__file__).parent / "page"


class Section:
    """A part of the page, under a heading of its own."""

    name: str
    """What its template, its scripts and its data are called."""
    title: str
    """What the contents call it."""
    scripts: tuple[str, ...] = ()
    """Files that draw its charts."""

    @property
    def anchor(self) -> str:
        """The id of its element, to which the contents lead."""
        return self.name.replace("_", "-")

    @cached_property
    def template(self) -> str:
        """HTML with Jinja's marks; it reads what `page.html` is given: `held`, `ensemble`, `scenario` and so on."""
        return (PAGE / "sections" / f"{self.name}.html").read_text(encoding="utf-8")

    @cached_property
    def script(self) -> str:
        """JavaScript that pushes what it does at the beginning to `beginnings`; it shares its scope with all others."""
        return "\n".join((PAGE / "script" / f"{name}.js").read_text(encoding="utf-8") for name in self.scripts)

    def applies(self, held: "Contents") -> bool:
        """Whether it stands on a page with these contents."""
        return bool(held.first.n_completed)

    def data(self, ensemble: AnyEnsemble) -> Any:
        """What its template and script find as `data.NAME`, as JSON can hold it; None for nothing of its own."""
        return None


SECTIONS: list[Section] = []
"""In the order of the page."""

Class = TypeVar("Class", bound=type[Section])


def register(section: Class, before: str | None = None) -> Class:
    """Add a section to the page, at its end or before another one; one of the same name is replaced.

    Raises
    ------
    ValueError
        There is none before which it could stand.
    """
    names = [each.name for each in SECTIONS if each.name != section.name]
    if before is not None and before not in names:
        raise ValueError(f"there is no section '{before}'; there are {', '.join(names)}")
    SECTIONS[:] = [each for each in SECTIONS if each.name != section.name]
    SECTIONS.insert(len(names) if before is None else names.index(before), section())
    return section


@register
class Opening(Section):
    """The answer in a sentence, and runs that climb the ladder day by day."""

    name, title, scripts = "opening", "In short", ("opening",)

    def data(self, ensemble: AnyEnsemble) -> Any:
        """The sentence, and single runs by rung and day."""
        return opening.opening(ensemble)


@register
class ActorsSection(Section):
    """Who is who, and what each wants."""

    name, title = "actors", "Who is who"

    def data(self, ensemble: AnyEnsemble) -> Any:
        """Actors by side."""
        return actors.actors(ensemble)


@register
class ChronologySection(Section):
    """What really happened beside what the runs did."""

    name, title = "chronology", "Chronology"

    def applies(self, held: "Contents") -> bool:
        """Where something is recorded or imposed."""
        return super().applies(held) and "chronology" in held.data

    def data(self, ensemble: AnyEnsemble) -> Any:
        """Recorded and imposed events, and what the runs did in their stead."""
        return chronology.chronology(ensemble)


@register
class FrontsSection(Section):
    """A schematic map of the fronts."""

    name, title, scripts = "fronts", "The fronts", ("fronts",)

    def applies(self, held: "Contents") -> bool:
        """Where the theatre says where its places are."""
        return super().applies(held) and "fronts" in held.data

    def data(self, ensemble: AnyEnsemble) -> Any:
        """Places, and acts on them by week."""
        return fronts.fronts(ensemble)


@register
class Outcomes(Section):
    """What came about, and in how many runs."""

    name, title = "outcomes", "What came about"

    def data(self, ensemble: AnyEnsemble) -> Any:
        """Share of each outcome, with its interval and days."""
        return series.outcomes(ensemble)


@register
class PairSection(Section):
    """What differs between two ensembles on the same dice."""

    name, title, scripts = "pair", "The two compared", ("pair",)

    def applies(self, held: "Contents") -> bool:
        """Where there are two, with runs that both kept."""
        return super().applies(held) and held.pair is not None


@register
class Fan(Section):
    """How far the runs spread, and the stories of some."""

    name, title, scripts = "fan", "Tension and its paths", ("fan", "story")


@register
class LadderSection(Section):
    """On which rung, and how soon."""

    name, title, scripts = "ladder", "The ladder", ("ladder",)


@register
class Raster(Section):
    """Every run, act by act."""

    name, title, scripts = "raster", "Every run", ("raster",)

    def applies(self, held: "Contents") -> bool:
        """Where runs were kept whole, and an outcome sorts them."""
        return super().applies(held) and "raster" in held.alt


@register
class CastSection(Section):
    """Who acted on whom."""

    name, title = "cast", "Who acted on whom"


@register
class BaseRates(Section):
    """Beside what is known of crises of this kind."""

    name, title = "base_rates", "Base rates"

    def applies(self, held: "Contents") -> bool:
        """Where the theatre knows some."""
        return super().applies(held) and len(held.first.base_rates) > 0

    def data(self, ensemble: AnyEnsemble) -> Any:
        """How many rows have which verdict."""
        from sim.results.base_rates import verdict_counts

        return {"verdicts": verdict_counts(ensemble.base_rates)}


@register
class Record(Section):
    """Beside what really happened, where that is known."""

    name, title, scripts = "record", "The record as judge", ("record",)

    def applies(self, held: "Contents") -> bool:
        """Where a record tells of the scenario's cast and days."""
        return super().applies(held) and "record" in held.data

    def data(self, ensemble: AnyEnsemble) -> Any:
        """The likelihood of the record, and what of it was least likely."""
        return record.judged(ensemble.scenario)


@register
class NumbersSection(Section):
    """Which numbers matter, or are to be doubted first."""

    name, title = "numbers", "Numbers and sources"

    def applies(self, held: "Contents") -> bool:
        """Always."""
        return True


@register
class Pool(Section):
    """A class's forecasts beside the runs, and beside what really happened."""

    name, title, scripts = "pool", "A class's forecasts", ("pool",)

    def data(self, ensemble: AnyEnsemble) -> Any:
        """Which outcomes really came about, where that is recorded."""
        return happened(ensemble.scenario)


@register
class Made(Section):
    """How it was made."""

    name, title = "made", "How it was made"

    def applies(self, held: "Contents") -> bool:
        """Always."""
        return True

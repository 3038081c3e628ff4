"""A small theatre as text: two states, a market, one variable of each kind. Tests change a line and load it."""

from pathlib import Path

import pytest

from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import load

THEATRE = """\
schema_version: 1
theatre: strait
title: Two shores of a strait

ladder:
  source: "judgement: ten rungs for a test"
  rungs:
    0: {label: calm, severity: 0}
    1: {label: words, severity: 1}
    2: {label: signals, severity: 3}
    3: {label: harassment, severity: 6}
    4: {label: sabotage, severity: 10}
    5: {label: raids, severity: 16}
    6: {label: strikes, severity: 25}
    7: {label: major strikes, severity: 40}
    8: {label: campaign, severity: 65}
    9: {label: war, severity: 100}
  tension_half_life: 14 d
  tension_scale: 60
  rung_memory: 7 d
  lethal_deniability: 0.5

dyads:
  shores: {label: North against south, sides: [[north], [south]]}

variables:
  pain:
    kind: unit
    label: Economic pain in the south
    source: "judgement: a test"
    start: {value: 0.3, plausible: [0.1, 0.5], source: A13}
    half_life: 30 d
    target: {base: 0.1, shipping: 0.4}
    noise: 0.01
  shipping:
    kind: level
    label: Tankers a day
    unit: Mb/d
    range: [0, 4]
    scale: [0, 4]
    start: 2
  oil_price:
    kind: log
    label: Price of oil
    unit: USD/bbl
    range: [10, 400]
    scale: [40, 160]
    start: 65
    half_life: 20 d
    target: {base: 65, pain * ~talks: +5 %}
    noise: 1.5 %
  talks: {kind: flag, label: Talks are open, start: false}
  at_war:
    kind: flag
    label: War
    start: false
    set_when: {rung: ">= 8", for: 3 d}
    clear_when: {tension: "<= 20"}

conditions:
  tense:
    tension: {value: ">= 40", plausible: [30, 50], source: "judgement: a test"}
    any:
      - {talks: false}
      - {"days_since(north, 4)": "<= 30"}

actors:
  north:
    kind: state
    label: The northern state
    perception: {memory: 30 d, scale: 40, lethality: 4, suspicion: 0.6}
    replies: {rate: 0.2, overshoot: 0.2, redline: 2, width: 1.2, discharge: 0.6}
    protects: {south: 0.1}
  south:
    kind: state
    label: The southern state
    perception: {memory: 45 d, scale: 40, lethality: 4, suspicion: 0.8, suspects: {north: 0.9}}
    replies: {rate: 0.1, overshoot: 0, redline: 1, width: 1.5, discharge: 0.5}
  exchange: {kind: market, label: The oil market, prices: [oil_price]}

actions:
  north.sanction:
    label: Sanction
    story: The north bars the south's tankers from its ports.
    source: A01
    rung: 2
    target: south
    rate: {value: 0.02, plausible: [0.01, 0.04], unit: 1/day, source: A01}
    cooldown: 10 d
    drivers:
      ~talks * pain: {value: -1, plausible: [-2, 0], source: "judgement: a test"}
    effects: {shipping: -0.3, pain: 0.2}
  north.strike:
    label: Strike
    story: Northern aircraft strike a battery on the southern shore.
    source: "judgement: a test"
    rung: 6
    target: south
    rate: 0.001
    reply: 1
    when: {tense: true}
    drivers:
      provocation(north, south): 2
    casualties: {chance: 0.5, deaths: 6}
    effects: {oil_price: +4 %}
  south.mine_strait:
    label: Mine the strait
    story: Mines hole a tanker at anchor.
    source: A14
    rung: 4
    target: north
    harms: {north: 0.5}
    rate: {value: 0.002, plausible: [0.001, 0.01], source: A14}
    reply: 1
    deniability: 0.7
    drivers:
      pain: 2
    effects: {shipping: -0.2, oil_price: +1.5 %}
  south.offer_talks:
    label: Offer talks
    story: The south proposes talks through a third state.
    source: A40
    rung: 0
    target: north
    rate: 0.01
    once: true
    calm: 0.2
    effects: {talks: set}

outcomes:
  war: {label: War, when: {at_war: true}}
  dear_oil: {label: Oil above 100, when: {oil_price: ">= 100"}}

war: {flag: at_war, rungs: [5, 8], severity: 60, dyads: [shores], source: "judgement: a test"}
"""

SCENARIO = """\
schema_version: 1
extends: strait.yaml
title: A summer of tension
question: How often does the summer end in war?
start: 2019-05-01
days: 120
runs: 200
seed: 7
initial:
  pain: 0.5
  talks: false
overrides:
  actions.south.mine_strait.rate: 0.004
  actions.north.sanction.drivers.~talks * pain: -0.5
script:
  first_mine: {on: 2019-05-12, do: south.mine_strait, deaths: 0, source: A14}
  price_shock: {on: 2019-06-01, effects: {oil_price: +10 %}}
forbid:
  north.strike: {until: 2019-05-20}
"""

HISTORY = """\
schema_version: 1
events:
  before: {on: 2019-04-01, do: north.sanction}
  sanctions: {on: 2019-05-02, do: north.sanction, source: E01}
  mines: {on: 2019-05-14, do: south.mine_strait, deaths: 1}
  later: {on: 2019-06-20, do: north.strike}
"""


def small(folder: Path, *, scenario: str = SCENARIO, theatre: str = THEATRE, history: str | None = None) -> Path:
    """Write the files into `folder` and return the scenario's path."""
    (folder / "strait.yaml").write_text(theatre, encoding="utf-8")
    if history is not None:
        (folder / "record.yaml").write_text(history, encoding="utf-8")
    path = folder / "summer.yaml"
    path.write_text(scenario, encoding="utf-8")
    return path


def faults_of(folder: Path, **texts: str) -> list[str]:
    """The lines that loading the small scenario with these texts ends with."""
    with pytest.raises(ScenarioError) as caught:
        load(small(folder, **texts))
    return str(caught.value).splitlines()


def changed(text: str, old: str, new: str) -> str:
    """A text with one change, which must be possible: a test fails if the text no longer holds what it changes."""
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in the text"
    return text.replace(old, new)


def marked(text: str, old: str, new: str) -> tuple[str, str]:
    """A text with one change, and the line and column of the mark § in it: there the fault should be said."""
    before, after = changed(text, old, new).split("§")
    return before + after, f"{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"

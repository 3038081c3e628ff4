"""The laws of uncertain numbers: what a plausible range means, where, and that every machine draws the same bits."""

from math import inf, nextafter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.execution.draws import drawn_numbers
from sim.experiments.sweep.parameters import chosen
from sim.theatre.compiled import arithmetic, arrays
from sim.theatre.files.errors import ScenarioError
from sim.theatre.parameters.change import ChangeError, with_numbers
from sim.theatre.parameters.law import Laws, UncertainNumber, of_magnitude
from sim.theatre.parameters.places import places
from sim.theatre.parameters.uncertain import definitions, refuse_clashing, uncertain_numbers
from tests.small_scenarios import action, actor, rich, scenario, theatre

POSITIVE = ("log", 0.0, inf)
SHARE = ("logit", 0.0, 1.0)
SIGNED = ("linear", -50.0, 50.0)
DEATHS = ("log", 1.0, 1e6)
UNEVEN = [
    UncertainNumber("rate", 0.003, 0.001, 0.02, *POSITIVE),
    UncertainNumber("share", 0.7, 0.3, 0.8, *SHARE),
    UncertainNumber("weight", -1.0, -3.0, 0.5, *SIGNED),
    UncertainNumber("deaths", 3.0, 1.5, 20.0, *DEATHS),
    UncertainNumber("width", 1.0, 0.5, 2.0, "log", 0.05, 100.0),
]


@pytest.mark.parametrize("number", UNEVEN, ids=lambda each: each.path)
def test_the_ends_of_a_plausible_range_are_its_percentiles_and_the_value_its_median(number):
    assert [number.at(share) for share in (0.05, 0.5, 0.95)] == [number.low, number.value, number.high]
    assert [number.within(place) for place in (0.0, 0.5, 1.0)] == [number.low, number.value, number.high]
    draws = number.at((np.arange(100_000) + 0.5) / 100_000)
    for value, share in ((number.low, 0.05), (number.value, 0.5), (number.high, 0.95)):
        assert (draws < value).mean() == pytest.approx(share, abs=1e-5)
    assert number.at_normal(0.0) == number.value
    assert number.least <= number.at(0.0) < number.low < number.high < number.at(1.0) <= number.most
    assert number.at_normal(arithmetic.normal(0.05)) == number.low
    assert number.normal_of(number.high) == pytest.approx(1.6448536269514722)


def test_each_side_is_normal_in_the_measure_of_the_number():
    rate, share, weight, deaths, _ = UNEVEN
    z = 1.6448536269514722
    for k in (0.4, 1.0, 2.0):
        assert np.log(rate.at_normal(k * z) / 0.003) == pytest.approx(k * np.log(0.02 / 0.003))
        assert np.log(rate.at_normal(-k * z) / 0.003) == pytest.approx(k * np.log(0.001 / 0.003))
        odds = [each / (1 - each) for each in (share.at_normal(-k * z), 0.7, 0.3)]
        assert np.log(odds[0] / odds[1]) == pytest.approx(k * np.log(odds[2] / odds[1]))
        assert weight.at_normal(k * z) == pytest.approx(-1 + 1.5 * k)
        assert np.log((deaths.at_normal(-k * z) - 1) / 2) == pytest.approx(k * np.log(0.5 / 2))


def test_a_side_that_ends_on_what_is_legal_is_even_and_never_reaches_it():
    idle = UncertainNumber("rate", 0.2, 0.0, 0.6, *POSITIVE)
    assert [idle.at(share) for share in (0.125, 0.25, 0.375)] == pytest.approx([0.05, 0.1, 0.15])
    assert 0 < idle.at(2.0**-53) < 1e-15
    assert idle.at(0.95) == 0.6
    sure = UncertainNumber("share", 0.8, 0.5, 1.0, *SHARE)
    assert sure.at(0.75) == pytest.approx(0.9)
    assert 0.999 < sure.at(1 - 2.0**-53) < 1
    assert sure.at(0.05) == 0.5
    written = UncertainNumber("share", 0.0, 0.0, 0.4, *SHARE)  # the value itself is the edge
    assert [written.at(share) for share in (0.01, 0.5, 0.75)] == pytest.approx([0.0, 0.0, 0.2])
    assert written.at(1 - 2.0**-53) <= 0.4
    assert [idle.within(place) for place in (0.0, 0.25, 0.5, 1.0)] == pytest.approx([0.0, 0.1, 0.2, 0.6])


def test_a_range_to_one_side_is_as_written_in_half_of_the_draws():
    redline = UncertainNumber("redline", 0.0, 0.0, 0.6, "linear", -9.0, 9.0)
    draws = redline.at((np.arange(1000) + 0.5) / 1000)
    assert (draws[:500] == 0).all()
    assert (draws[500:] > 0).all()
    assert redline.at(0.95) == 0.6
    assert redline.share(0.0) == 0.5
    below = UncertainNumber("rate", 0.5, 0.1, 0.5, *POSITIVE)
    assert [below.at(share) for share in (0.05, 0.5, 0.9)] == [0.1, 0.5, 0.5]


def test_a_uniform_range_is_even_between_its_ends_and_one_that_is_given_too():
    shares = np.linspace(0.01, 0.99, 9)
    for law in ("uniform", "given"):
        number = UncertainNumber("a", 0.3, 0.2, 1.0, law, 0.0, 1.0)
        assert number.at(shares) == pytest.approx(0.2 + 0.8 * shares)
        assert number.within(shares).tolist() == number.at(shares).tolist()
    wide = UncertainNumber("a", 0.3, 0.1, 1.0)
    assert of_magnitude(0.1, 1.0)  # exactly tenfold
    assert not of_magnitude(0.1, 0.999)
    assert wide.at(shares) == pytest.approx(0.1 ** (1 - shares))
    assert wide.share(wide.at(shares)) == pytest.approx(shares)
    assert UncertainNumber("a", 0.3, 0.1, 1.0, "uniform").at(0.5) == pytest.approx(0.55)


@st.composite
def numbers(draw):
    """Numbers of every law and kind of legal range, some with ends or values on the edge of it."""
    law, least, most = draw(
        st.sampled_from(
            [
                POSITIVE, SHARE, SIGNED, DEATHS, ("log", 0.05, 100.0), ("log", nextafter(0.0, 1.0), 1e9),
                ("log", 20.0, 150.0), ("linear", -inf, inf), ("linear", -9.0, 9.0), ("uniform", 0.0, 1.0),
                ("given", 0.0, 100.0), ("given", -inf, inf),
            ]
        )
    )  # fmt: skip
    floor, ceiling = max(least, -1000.0), min(most, 1000.0)
    figures = st.floats(floor, ceiling, allow_subnormal=False).map(lambda x: float(f"{x:.6g}"))
    figures = figures.filter(lambda x: x == 0 or abs(x) > 1e-6).map(lambda x: min(max(x, floor), ceiling))
    low, value, high = sorted(draw(st.tuples(figures, figures, figures)))
    if low == high:
        low, high = floor, ceiling
    return UncertainNumber("n", value, low, high, law, least, most)


SHARES = np.concatenate([np.linspace(0.001, 0.999, 101), [2.0**-53, 1e-9, 0.05, 0.5, 0.95, 1 - 1e-9, 1 - 2.0**-53]])


@settings(max_examples=300, deadline=None)
@given(numbers())
def test_a_law_is_legal_rises_and_keeps_its_percentiles(number):
    values = number.at(np.sort(SHARES))
    assert (np.diff(values) >= 0).all()
    assert ((number.least <= values) & (values <= number.most)).all()
    if number.law in ("log", "logit") and number.least < number.value:
        assert (values > number.least).all()  # what is 0 would be another rule
    low, middle, high = number.at(np.array([0.05, 0.5, 0.95]))
    assert number.low <= low <= middle <= high <= number.high
    if number.law not in ("given", "uniform"):
        assert middle == number.value
        edges = (number.least, number.most)
        assert low == number.low or number.low in edges or number.value in edges
        assert high == number.high or number.high in edges or number.value in edges
    assert [number.within(0.0), number.within(1.0)] == [number.low, number.high]
    if number.low < number.value < number.high:
        assert [number.place(each) for each in (number.low, number.high)] == [0.0, 1.0]
    places = number.within(np.linspace(0, 1, 21))
    assert (np.diff(places) >= 0).all()
    assert ((number.low <= places) & (places <= number.high)).all()


FEW = SHARES[::9]


@settings(max_examples=60, deadline=None)
@given(numbers())
def test_one_by_one_the_bits_are_those_of_arrays(number):
    z = np.array([-7.3, -2.0, -0.3, 0.0, 1.1, 8.0])
    with np.errstate(all="raise", under="ignore"):
        for function, given_ in ((number.at, FEW), (number.at_normal, z), (number.within, np.linspace(0, 1, 5))):
            values = function(given_)
            assert values.tolist() == [function(each) for each in given_.tolist()]
            for back in (number.share, number.normal_of, number.place):
                assert back(values).tolist() == [back(each) for each in values.tolist()]
    among = Laws([*UNEVEN, number]).at(np.tile(FEW, (6, 1)))
    assert among[-1].tolist() == number.at(FEW).tolist()


@settings(max_examples=200, deadline=None)
@given(numbers())
def test_where_values_differ_their_coordinates_come_back(number):
    inside, z = np.linspace(0.02, 0.98, 49), np.linspace(-2, 2, 41)
    for coordinates, at, back in ((inside, number.at, number.share), (z, number.at_normal, number.normal_of)):
        values = at(coordinates)
        clear = np.gradient(values) > 1e-9 * max(abs(number.low), abs(number.high), 1e-12)  # rounding does not hide it
        clear &= (number.least < values) & (values < number.most)  # nor the edge of what is legal
        assert back(values)[clear] == pytest.approx(coordinates[clear], abs=1e-3)


def test_arrays_have_the_bits_of_plain_arithmetic():
    dice = np.random.default_rng(1)
    shares = np.concatenate([dice.random(4000), 10.0 ** -np.arange(1, 16), 1 - 10.0 ** -np.arange(1, 16)])
    for name, values in (
        ("exp", dice.normal(0, 300, 4000)),
        ("log", 10.0 ** dice.uniform(-300, 300, 4000)),
        ("normal", shares),
        ("share_below", np.concatenate([dice.normal(0, 3, 4000), [-40.0, -7.1, 0.0, 7.1, 40.0]])),
    ):
        one_by_one = [getattr(arithmetic, name)(each) for each in values.tolist()]
        assert getattr(arrays, name)(values).tolist() == one_by_one, name


def test_the_share_below_a_deviate_is_that_of_scipy():
    from scipy.special import ndtr

    z = np.linspace(-8, 8, 3201)
    assert arrays.share_below(z) == pytest.approx(ndtr(z), rel=2e-8, abs=3e-16)
    inner = np.linspace(-6, 6, 601)
    assert arrays.normal(arrays.share_below(inner)) == pytest.approx(inner, abs=1e-6)


def ranged(value, low, high, **rest):
    return {"value": value, "plausible": [low, high], **rest}


def doubtful():
    """A theatre with a doubt of every kind."""
    variables = {
        "fear": {"kind": "unit", "start": ranged(0.2, 0.1, 0.4), "half_life": ranged(20, 10, 50),
                 "target": {"base": ranged(0.1, 0, 0.2), "rung": ranged(0.5, -0.2, 1)}, "noise": ranged(0.01, 0, 0.03)},
        "troops": {"kind": "level", "unit": "persons", "start": ranged(500, 400, 900), "range": [100, 1000],
                   "scale": [ranged(200, 150, 300), ranged(900, 600, 1200)]},
        "oil": {"kind": "log", "unit": "USD/bbl", "start": ranged(70, 60, 75), "range": [10, 200],
                "scale": [40, 120], "half_life": 30, "target": {"base": ranged(65, 50, 80), "rung": "5 %"}},
    }  # fmt: skip
    acts = {
        "a.hit": action(
            4, "b", ranged(0.1, 0.05, 0.4), cooldown=ranged(5, 1, 9), reply=ranged(1, 0.5, 2),
            when={"ready": True, "fear": ranged(">= 0.1", 0.05, 0.3)}, drivers={"fear": ranged(1, -0.5, 2)},
            effects={"fear": ranged(0.1, -0.05, 0.2), "oil": ranged("2 %", 1, 5)},
            casualties={"chance": ranged(0.2, 0.1, 0.5), "deaths": ranged(3, 1, 9)},
        ),
        "b.hit": action(4, "a", 0.1),
    }  # fmt: skip
    conditions = {
        "ready": {"tension": ranged(">= 0", 0, 20)},
        "worse": {"deaths": ranged(">= 5", 2, 9)},
        "worst": {"worse": True, "rung": ranged(">= 6", 5, 7)},
    }
    outcomes = {"bad": {"worst": True, "for": ranged("3 d", 2, 5)}}
    actors = {"a": actor(replies={"redline": ranged(0, 0, 0.6), "width": ranged(1, 0.5, 2)}), "b": actor()}
    market = {"market": {"kind": "market", "label": "market", "prices": ["oil"]}}
    made = theatre(actors | market, acts, variables, outcomes, conditions=conditions)
    made["ladder"] |= {"tension_scale": ranged(50, 40, 60), "lethal_deniability": ranged(0.3, 0.1, 0.6)}
    made["ladder"]["rungs"][4]["severity"] = ranged(4.0, 3.8, 4.2)
    return scenario(made, 30)


LAWS = {
    "variables.fear.start": SHARE,
    "variables.fear.half_life": ("log", nextafter(0.0, 1.0), 1e9),
    "variables.fear.target.base": SIGNED,
    "variables.fear.noise": SHARE,
    "variables.troops.start": ("log", 100, 1000),
    "variables.troops.scale.0": ("log", 0.0, 400.0),
    "variables.troops.scale.1": ("linear", 500.0, inf),
    "variables.oil.start": ("log", 10, 200),
    "variables.oil.target.base": ("log", 10, 200),
    "conditions.ready.tension": ("log", 0.0, 100.0),
    "actors.a.replies.redline": ("linear", -9, 9),
    "actors.a.replies.width": ("log", 0.05, 100),
    "actions.a.hit.rate": ("log", 0, 100),
    "actions.a.hit.cooldown": ("log", 0, 1e6),
    "actions.a.hit.when.fear": SHARE,
    "actions.a.hit.drivers.fear": SIGNED,
    "actions.a.hit.effects.fear": ("linear", -1.0, 1.0),
    "actions.a.hit.effects.oil": ("linear", nextafter(-100.0, 0.0), inf),
    "actions.a.hit.casualties.chance": SHARE,
    "actions.a.hit.casualties.deaths": DEATHS,
    "ladder.lethal_deniability": SHARE,
}


def test_the_law_of_a_number_is_that_of_its_place():
    made = doubtful()
    found = {each.path: each[4:] for each in uncertain_numbers(made)}
    assert {path: found[path] for path in LAWS} == LAWS
    assert [path for path, _, _ in places(made)] == [path for path, _ in made.numbers()]


def test_what_defines_an_outcome_or_the_ladder_is_no_doubt():
    made = doubtful()
    defining = {
        "ladder.rungs.4.severity",
        "ladder.tension_scale",
        "outcomes.bad.when.for",
        "conditions.worse.deaths",
        "conditions.worst.rung",
    }
    ranged_ = {path for path, number in made.numbers() if number.plausible is not None}
    assert ranged_ - {each.path for each in uncertain_numbers(made)} == defining
    assert defining.isdisjoint(each.path for each in drawn_numbers(made))
    assert defining.isdisjoint(each.path for each in chosen(made))
    assert [each.path for each in chosen(made, ["outcomes.*", "ladder.tension_scale"])] == ["ladder.tension_scale"]
    assert [each.path for each in chosen(made, ["outcomes.bad.when.for", "ladder.tension_scale"])] == [
        "ladder.tension_scale",
        "outcomes.bad.when.for",
    ]
    lesson = sim.load("first_lesson")
    paths = {each.path for each in uncertain_numbers(lesson)}
    assert not any(path.startswith(definitions(lesson.theatre)) for path in paths)


def test_every_draw_however_far_out_is_legal_with_every_other():
    for made in (doubtful(), rich(), sim.load("baseline")):
        refuse_clashing(made)
        numbers = uncertain_numbers(made)
        dice = np.random.default_rng(2)
        for _ in range(3):
            values = Laws(numbers).at_normal(dice.normal(0, 3, (len(numbers), 1)))[:, 0]
            with_numbers(made, dict(zip((each.path for each in numbers), values.tolist(), strict=True)))


def test_a_uniform_range_says_so_in_the_file_and_in_the_hash():
    ranges = {"value": 0.2, "plausible": [0.1, 0.4]}
    made, even, plain = (
        scenario(theatre({"a": actor(), "b": actor()}, {"a.act": action(1, "b", ranges | more)}))
        for more in ({}, {"uniform": True}, {"uniform": False})
    )
    assert uncertain_numbers(even)[0].law == "uniform"
    assert made.sha256 == plain.sha256 != even.sha256
    assert "uniform" not in made.model_dump_json()
    again = sim.Scenario.model_validate(even.model_dump(mode="json", by_alias=True))
    assert again.sha256 == even.sha256
    assert with_numbers(even, {"actions.a.act.rate": 0.3}).theatre.actions["a.act"].rate.uniform


def test_uniform_without_a_range_is_refused_where_it_stands(tmp_path):
    file = tmp_path / "even.yaml"
    file.write_text(
        "schema_version: 1\nextends: first_lesson\noverrides:\n"
        "  actors.north.replies.rate: {value: 0.3, uniform: true}\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError, match=r"even\.yaml:4:.*'uniform' says how to draw from a range"):
        sim.load(file)


def test_ranges_whose_tails_would_cross_are_kept_apart_and_those_that_overlap_refused():
    level = {"kind": "level", "unit": "Mb/d", "start": 1, "range": [0, 3]}
    acts = {"a.act": action(1, "b", 0.1)}
    for ends, fits in (((0.5, 1.0), True), ((0.5, 2.0), False)):
        scale = [ranged(0.8, *ends), ranged(2.5, 1.5, 3)]
        made = scenario(theatre({"a": actor(), "b": actor()}, acts, {"oil": level | {"scale": scale}}, {}))
        below, above = uncertain_numbers(made)
        if fits:
            refuse_clashing(made)
            assert below.at(1 - 1e-12) < above.at(1e-12)
        else:
            with pytest.raises(ChangeError, match=r"allow values that contradict each other.*scale"):
                refuse_clashing(made)

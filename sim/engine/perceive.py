"""Phase 1: stocks fade and take up yesterday's acts (ODD 7.3)."""

from sim.theatre.program import NONE

from .arithmetic import exp, log2
from .kernel import inline, kernel
from .readings import at, clip, spread
from .state import (
    BELIEVED,
    BLOOD,
    BLOOD_READING,
    PEAK,
    PEAK_BELIEVED,
    PEAK_SUSPECTED,
    PROVOCATION,
    PROVOKING_RUNG,
    SUSPECTED,
    Numbers,
)


@kernel
def perceive(
    events, i, actor, severity, n_actions, loads, load_start, suspicion, control, stocks, leading, rows, shared, slot,
    varied,
):  # fmt: skip
    """Let actor `i` take in yesterday's events and read its pairs; `rows` are working rows."""
    numbers = Numbers(shared, slot, varied)
    start, stop = actor[i].pairs, actor[i].pairs_end
    spread(numbers, actor[i].memory, rows[0])
    for stock in range(PEAK_SUSPECTED + 1):
        for p in range(start, stop):
            for r in range(rows.shape[1]):
                stocks[stock, p, r] *= rows[0, r]
    for e in range(events.size):
        a = events[e].action
        if a < n_actions and (events[e].rung > 0 or events[e].deaths > 0):  # nothing else weighs anything
            for entry in range(load_start[i * n_actions + a], load_start[i * n_actions + a + 1]):
                share = _share(loads[entry], events[e].column, numbers, control)
                _load(loads[entry], events[e], share, actor[i].lethality, severity, suspicion, numbers, stocks, leading)
    spread(numbers, actor[i].sharpness, rows[0])
    for p in range(start, stop):
        spread(numbers, suspicion[p], rows[1])
        _read_pair(p, rows[0], rows[1], stocks)
        _read_rung(stocks[PEAK, p], severity, stocks[PROVOKING_RUNG, p])


@inline
def _share(load, r, numbers, control):
    """How much of the act is laid on the other of the pair: as its actor, as the sponsor, or by blame."""
    share = 0.0
    if load.own:
        sponsored = 0.0
        for link in range(load.links, load.links_end):
            if link != load.excluded:
                sponsored += control[link, r]
        share = clip(1.0 - sponsored, 0.0, 1.0)
    elif load.sponsor != NONE:
        share = control[load.sponsor, r]
    if load.blame != NONE:
        share = max(share, at(numbers, load.blame, r))
    return share


@inline
def _load(load, event, share, lethality, severity, suspicion, numbers, stocks, leading):
    """Load one pair with one event, open and suspected, and make it the leading event if it is the strongest."""
    r, p, delta = event.column, load.pair, event.deniability
    sigma = at(numbers, suspicion[p], r)
    felt = at(numbers, load.weight, r) * severity[event.rung, r]
    shed = 0.0
    if event.deaths > 0:
        shed = at(numbers, load.blood_weight, r) * (at(numbers, lethality, r) * log2(1.0 + event.deaths))
    weight = felt + shed
    stocks[BELIEVED, p, r] += share * ((1.0 - delta) * weight)
    stocks[SUSPECTED, p, r] += share * (delta * weight)
    stocks[BLOOD, p, r] += share * (shed * ((1.0 - delta) + delta * sigma))
    open_part, suspected_part = share * ((1.0 - delta) * felt), share * (delta * felt)
    if open_part + sigma * suspected_part > stocks[PEAK_BELIEVED, p, r] + sigma * stocks[PEAK_SUSPECTED, p, r]:
        stocks[PEAK_BELIEVED, p, r] = open_part
        stocks[PEAK_SUSPECTED, p, r] = suspected_part
        leading[p, r] = event.number


@inline
def _read_pair(p, sharpness, sigma, stocks):
    """Provocation, blood, and the strongest act, as they read this morning."""
    bled = 0
    for r in range(sharpness.size):
        held = stocks[BELIEVED, p, r] + sigma[r] * stocks[SUSPECTED, p, r]
        stocks[PROVOCATION, p, r] = 1.0 - exp(-(held * sharpness[r]))
        stocks[PEAK, p, r] = stocks[PEAK_BELIEVED, p, r] + sigma[r] * stocks[PEAK_SUSPECTED, p, r]
        bled += stocks[BLOOD, p, r] != 0.0
    if bled == 0:  # often so, and the exponential of 0 is known
        stocks[BLOOD_READING, p, :] = 0.0
        return
    for r in range(sharpness.size):
        stocks[BLOOD_READING, p, r] = 1.0 - exp(-(stocks[BLOOD, p, r] * sharpness[r]))


@inline
def _read_rung(peak, severity, provoking):
    """The rung whose severity the strongest act has, between rungs in proportion."""
    for r in range(provoking.size):
        rung, low, high = 0.0, severity[0, r], severity[1, r]
        for k in range(1, 9):
            passed = peak[r] >= severity[k, r]
            rung = float(k) if passed else rung
            low = severity[k, r] if passed else low
            high = severity[k + 1, r] if passed else high
        provoking[r] = rung + min(max((peak[r] - low) / (high - low), 0.0), 1.0)

"""Maximum pressure against maximum resistance: claims A01 to A16."""

from .effects import Row, less, more
from .measures import acts, attacks, highest, mean, runs_with
from .settings import (
    ATTACK_ON_PLANT,
    AUTUMN,
    BASES_BOMBED,
    COMMANDERS_KILLED,
    DECEMBER,
    MAY,
    PLANT_BURNS,
    PRESSURE,
    SUMMER,
    WAIVERS_END,
)
from .worlds import Switch, does, held, sets

HEDGING = acts("uae.talk_with_iran", "uae.leave_yemen", "saudi_arabia.sound_out_iran")
SIDING = acts(
    "uae.choke_iran_trade",
    "uae.report_state_actor",
    "saudi_arabia.denounce_iran",
    "saudi_arabia.fill_oil_gap",
    "saudi_arabia.host_us_troops",
)

ROWS = (
    Row(
        "A01",
        "the killing is a break, not one more step",
        given=DECEMBER,
        switch=Switch("the commanders are killed, instead of bases bombed", off=BASES_BOMBED, on=COMMANDERS_KILLED),
        then=more(runs_with("iran.fire_warned_missiles", "iran.fire_salvo", "iran.strike_us_forces", "iran.open_war")),
        via="actions.us.kill_commanders",
        days=15,
        runs=200,
    ),
    Row(
        "A02",
        "maximum pressure starts the tension",
        given=MAY,
        switch=WAIVERS_END,
        then=more(mean("tension")),
        via="conditions.cornered.sanctions",
        days=60,
        runs=800,
    ),
    Row(
        "A03",
        "the victims are nodes of command",
        given=DECEMBER | COMMANDERS_KILLED,
        switch=Switch(
            "the command dies with them",
            off=held(axis_command=0.85) | sets({"actions.us.kill_commanders.effects.axis_command": 0}),
        ),
        then=less(acts("iran.order_militias", "iran.rein_in_militias")),
        via="actions.us.kill_commanders.effects.axis_command",
        days=90,
    ),
    Row(
        "A04",
        "a threat meets a counter-threat",
        given=MAY,
        switch=Switch("two threats", on=does("us.threaten_iran") | does("us.threaten_iran", day=6)),
        then=more(acts("iran.threaten_hormuz")),
        via="actions.iran.threaten_hormuz.reply",
        days=15,
        runs=2000,
    ),
    Row(
        "A05",
        "Hormuz is the lever against lost exports",
        given=SUMMER,
        switch=PRESSURE,
        then=more(acts("iran.threaten_hormuz")),
        via="actions.iran.threaten_hormuz.drivers.economic_pain",
        days=60,
    ),
    Row(
        "A06",
        "pressure aligns moderates and the Guards",
        given=SUMMER,
        switch=PRESSURE,
        then=more(acts("iran.close_ranks")),
        via="actions.iran.close_ranks.drivers.economic_pain*sanctions",
        days=60,
    ),
    Row(
        "A07",
        "from May on, small sabotage of ships",
        given=MAY,
        switch=WAIVERS_END,
        then=more(acts("iran.sabotage_shipping")),
        via="actions.iran.sabotage_shipping.drivers.cornered*economic_pain",
        days=60,
    ),
    Row(
        "A08",
        "then an oil plant deep in Saudi Arabia",
        given=SUMMER,
        switch=PRESSURE,
        then=more(acts("iran.strike_oil_plant")),
        via="actions.iran.strike_oil_plant.drivers.cornered*economic_pain",
        days=60,
    ),
    Row(
        "A09",
        "the oil price surges",
        given=AUTUMN,
        switch=ATTACK_ON_PLANT,
        then=more(highest("oil_price")),
        via="actions.iran.strike_oil_plant.effects.oil_price",
        days=3,
        runs=100,
    ),
    Row(
        "A10",
        "the Houthis claim it, and Washington turns on Tehran",
        given=AUTUMN,
        switch=ATTACK_ON_PLANT,
        then=more(attacks(("us",), ("iran",), (1, 8))),
        via="actions.iran.strike_oil_plant.harms.us",
        days=20,
    ),
    Row(
        "A11",
        "Washington blames Iran, whoever claims it",
        given=AUTUMN,
        switch=ATTACK_ON_PLANT,
        then=more(acts("us.publish_evidence")),
        via="actions.us.publish_evidence",
        days=20,
    ),
    Row(
        "A12",
        "lack of proof averts a strike",
        given=AUTUMN | PLANT_BURNS,
        switch=Switch("the author is certain", on=sets({"actions.iran.strike_oil_plant.deniability": 0})),
        then=more(runs_with("us.strike_iran")),
        via="actions.us.strike_iran.drivers.author_known*oil_damage*~score_settled",
        days=15,
        runs=800,
    ),
    Row(
        "A13",
        "resistance strikes allies' oil, through allies",
        given=SUMMER,
        switch=PRESSURE,
        then=more(
            acts("houthis.hit_pipeline", "kataib_hezbollah.fly_drones_south") - attacks(("iran",), ("us",), (5, 9))
        ),
        via="actions.kataib_hezbollah.fly_drones_south",
        days=60,
    ),
    Row(
        "A14",
        "proxies give deniability",
        given=DECEMBER | does("kataib_hezbollah.fire_barrage", deaths=2),
        switch=Switch(
            "two Americans die by a proxy, instead of openly by Iran",
            off=sets(
                {
                    "actors.kataib_hezbollah.sponsors.iran.control.axis_command": 2,
                    "actions.kataib_hezbollah.fire_barrage.deniability": 0,
                }
            ),
        ),
        then=less(runs_with("us.strike_iran")),
        via="actors.kataib_hezbollah.sponsors.iran.control.axis_command",
        days=15,
    ),
    Row(
        "A15",
        "attacks may make the Gulf states hedge",
        given=AUTUMN
        | sets(
            {
                "actions.uae.talk_with_iran.drivers.gulf_risk": 5,
                "actions.uae.leave_yemen.drivers.gulf_risk": 5,
                "actions.saudi_arabia.sound_out_iran.drivers.gulf_risk": 3.5,
                "actions.saudi_arabia.sound_out_iran.drivers.oil_damage": 3,
                "actions.saudi_arabia.fill_oil_gap.drivers.gulf_risk": -3.5,
                "actors.saudi_arabia.replies.rate": 0.03,
                "actors.uae.replies.rate": 0.03,
            }
        ),
        switch=ATTACK_ON_PLANT,
        then=more(HEDGING - SIDING),
        via="actions.uae.talk_with_iran.drivers.gulf_risk",
        days=60,
        may=True,
    ),
    Row(
        "A15",
        "attacks may drive the Gulf states to Washington",
        given=AUTUMN
        | sets(
            {
                "actions.uae.talk_with_iran.drivers.gulf_risk": 1,
                "actions.saudi_arabia.sound_out_iran.drivers.gulf_risk": 0.5,
                "actors.saudi_arabia.replies.rate": 0.15,
                "actors.uae.replies.rate": 0.15,
            }
        ),
        switch=ATTACK_ON_PLANT,
        then=less(HEDGING - SIDING),
        via="actors.saudi_arabia.replies.rate",
        days=60,
        may=True,
    ),
    Row(
        "A16",
        "energy at risk makes Japan mediate",
        given=AUTUMN,
        switch=ATTACK_ON_PLANT,
        then=more(acts("japan.mediate_crisis")),
        via="actions.japan.mediate_crisis.drivers.gulf_risk",
        runs=1200,
    ),
)

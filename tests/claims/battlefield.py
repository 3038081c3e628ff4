"""Iraq, a battlefield for Iran and the United States: claims A17 to A34."""

from .effects import Row, less, more
from .measures import acts, attacks, reached, runs_with
from .settings import (
    ATTACK_ON_PLANT,
    BASES_BOMBED,
    DECEMBER,
    IRAN_KILLS,
    KILLING,
    MILITIAS,
    OCTOBER,
    PROTESTS,
    SANCTIONS_ON_LEADERS,
    STRONG_AXIS,
    SUMMER,
)
from .worlds import Switch, does, held, never, on, sets, starts

ROCKETS = [does("kataib_hezbollah.fire_rockets", deaths=0, day=day) for day in (0, 4, 8)]

ROWS = (
    Row(
        "A17",
        "an axis of uneven loyalty",
        given=DECEMBER,
        switch=KILLING,
        then=more(
            acts("hezbollah.threaten_us", "hezbollah.fire_at_israel")
            - acts("hamas.mourn_commander", "hamas.fire_rockets")
        ),
        via="actions.hezbollah.threaten_us.drivers.martyrs_rally",
        runs=1500,
    ),
    Row(
        "A18",
        "built against the American threat",
        given=SUMMER,
        switch=Switch("American missiles hit Iran", on=does("us.strike_iran", deaths=10)),
        then=more(acts("iran.fund_axis")),
        via="actions.iran.fund_axis.drivers.alert",
        days=60,
        runs=2000,
    ),
    Row(
        "A19",
        "the network deters a strike on Iran",
        given=DECEMBER | IRAN_KILLS,
        switch=STRONG_AXIS,
        then=less(reached("us_force_on_iran")),
        via="actions.us.strike_iran.drivers.axis_command*axis_strength",
        days=15,
        runs=1500,
    ),
    Row(
        "A20",
        "its standing as a resistance supports it",
        given=SUMMER,
        switch=Switch(
            "high standing, instead of low", off=held(resistance_standing=0.3), on=held(resistance_standing=0.7)
        ),
        then=more(acts("hezbollah.threaten_us", "kataib_hezbollah.storm_embassy")),
        via="actions.hezbollah.threaten_us.drivers.resistance_standing",
        days=90,
        runs=1500,
    ),
    Row(
        "A20",
        "Washington puts the label of terrorist on it",
        given=SUMMER | starts(guards_listed=False),
        switch=STRONG_AXIS,
        then=more(acts("us.sanction_hezbollah", "us.list_guards")),
        via="actions.us.sanction_hezbollah.drivers.axis_strength",
        days=90,
        runs=800,
    ),
    Row(
        "A20",
        "which Tehran answers (no outcome hangs on it: steps of the law are answered by such steps)",
        given=on("2018-09-01") | starts(guards_listed=False),
        switch=Switch("the Guards are listed", off=never("us.list_guards"), on=does("us.list_guards")),
        then=more(attacks(("iran",), ("us",), (2, 9))),
        via="actions.us.list_guards",
        days=60,
    ),
    Row(
        "A21",
        "arms and training made the militias a force against ISIS",
        given=SUMMER,
        switch=STRONG_AXIS,
        then=more(acts("kataib_hezbollah.fight_isis")),
        via="actions.kataib_hezbollah.fight_isis.drivers.axis_strength",
        days=90,
        runs=800,
    ),
    Row(
        "A21",
        "and ISIS raids less where they fight it (a little: the war itself was over by 2019)",
        given=SUMMER,
        switch=Switch("they may fight it", off=never("kataib_hezbollah.fight_isis")),
        then=less(acts("isis.bomb_town", "isis.rebuild_ranks")),
        via="actions.kataib_hezbollah.fight_isis.effects.isis_threat",
        days=240,
        runs=1000,
    ),
    Row(
        "A22",
        "Iran's influence alarms its Arab neighbours",
        given=SUMMER,
        switch=STRONG_AXIS,
        then=more(acts("saudi_arabia.denounce_iran", "saudi_arabia.host_us_troops", "saudi_arabia.fill_oil_gap")),
        via="actions.saudi_arabia.denounce_iran.drivers.gulf_fear",
        days=90,
        runs=1500,
    ),
    Row(
        "A23",
        "attention sits on the Gulf while Iraq heats up",
        given=DECEMBER,
        switch=ATTACK_ON_PLANT,
        then=less(acts("us.warn_militias", "us.press_premier", "us.reinforce_iraq", *SANCTIONS_ON_LEADERS)),
        via="actions.us.warn_militias.drivers.gulf_attention",
        runs=800,
    ),
    Row(
        "A23",
        "and Iraq heats up the more for it",
        given=DECEMBER,
        switch=Switch("the world looks to the Gulf", off=held(gulf_attention=0.15), on=held(gulf_attention=0.6)),
        then=more(attacks(MILITIAS, ("us",))),
        via="actions.iran.order_militias.drivers.gulf_attention",
        days=60,
        runs=800,
    ),
    Row(
        "A24",
        "protests beset the government",
        given=OCTOBER,
        switch=PROTESTS,
        then=more(reached("premier_resigns")),
        via="variables.government_stability.target.protest",
        days=60,
    ),
    Row(
        "A25",
        "Washington presses the premier over the dead",
        given=OCTOBER,
        switch=Switch(
            "protesters are shot at", off=never("iraq_government.crack_down", "asaib_ahl_al_haq.shoot_protesters")
        ),
        then=more(acts("us.press_premier")),
        via="actions.us.press_premier.drivers.protesters_shot",
        days=60,
        runs=800,
    ),
    Row(
        "A26",
        "Tehran sees an American hand in the protests",
        given=OCTOBER | does("iraqi_protesters.burn_consulate"),
        switch=Switch("Tehran lays them on Washington", off=sets({"actors.iran.blames.us.iraqi_protesters": 0})),
        then=more(attacks(("iran",), ("us",), (1, 8))),
        via="actors.iran.blames.us.iraqi_protesters",
        days=15,
    ),
    Row(
        "A26",
        "Tehran backs the premier",
        given=OCTOBER,
        switch=PROTESTS,
        then=more(acts("iran.back_premier")),
        via="actions.iran.back_premier",
        days=40,
    ),
    Row(
        "A27",
        "without al-Amiri's bloc the premier hardly falls",
        given=OCTOBER,
        switch=Switch("Fatah may join", off=never("fatah.drop_premier")),
        then=more(reached("premier_resigns")),
        via="actions.fatah.drop_premier",
        days=120,
    ),
    Row(
        "A27",
        "without al-Sadr's bloc the premier hardly falls",
        given=OCTOBER,
        switch=Switch("Sairoon may ask", off=never("sairoon.seek_premiers_fall")),
        then=more(reached("premier_resigns")),
        via="actions.sairoon.seek_premiers_fall",
        days=120,
    ),
    Row(
        "A28",
        "Soleimani's word keeps al-Amiri in line",
        given=OCTOBER,
        switch=Switch("the command is intact, instead of cut", off=held(axis_command=0.2), on=held(axis_command=0.85)),
        then=less(runs_with("fatah.drop_premier")),
        via="actions.fatah.drop_premier.drivers.axis_command",
    ),
    Row(
        "A29",
        "visible patronage turns anger on Iran",
        given=OCTOBER | starts(protest=0.7),
        switch=Switch(
            "Tehran keeps the premier in office, twice",
            off=never("iran.back_premier"),
            on=does("iran.back_premier") | does("iran.back_premier", day=20),
        ),
        then=more(runs_with("iraqi_protesters.burn_consulate")),
        via="actions.iran.back_premier.effects.anti_iran",
        days=60,
        runs=1500,
    ),
    Row(
        "A30",
        "a friendly elite in Baghdad is worth more to Tehran when at risk",
        given=DECEMBER,
        switch=Switch(
            "a shaken government, instead of a firm one",
            off=held(government_stability=0.8),
            on=held(government_stability=0.3),
        ),
        then=more(acts("iran.back_premier", "iran.order_militias", "iran.visit_baghdad")),
        via="actions.iran.order_militias.drivers.axis_command*~government_stability",
    ),
    Row(
        "A31",
        "weeks of harmless rockets bring sanctions, not force",
        given=DECEMBER,
        switch=Switch("three attacks that kill nobody", on=ROCKETS[0] | ROCKETS[1] | ROCKETS[2]),
        then=more(acts("us.warn_militias", *SANCTIONS_ON_LEADERS) - attacks(("us",), ("kataib_hezbollah",), (5, 9))),
        via="actions.us.sanction_kataib_leaders",
        days=15,
    ),
    Row(
        "A32",
        "sanctions on their leaders may cost the militias strength",
        given=DECEMBER
        | starts(campaign=0.7)
        | sets(
            {
                "actions.us.sanction_kataib_leaders.effects.campaign": -0.12,
                "actors.kataib_hezbollah.replies.rate": 0.15,
            }
        ),
        switch=Switch("leaders are sanctioned", on=does("us.sanction_kataib_leaders")),
        then=less(acts("kataib_hezbollah.fire_rockets")),
        via="actions.us.sanction_kataib_leaders.effects.campaign",
        runs=2000,
        may=True,
    ),
    Row(
        "A32",
        "sanctions on their leaders may harden the militias",
        given=DECEMBER
        | sets(
            {
                "actions.us.sanction_kataib_leaders.effects.campaign": 0.06,
                "actors.kataib_hezbollah.replies.rate": 0.5,
            }
        ),
        switch=Switch("leaders are sanctioned", on=does("us.sanction_kataib_leaders")),
        then=more(acts("kataib_hezbollah.fire_rockets")),
        via="actions.us.sanction_kataib_leaders",
        runs=2000,
        may=True,
    ),
    Row(
        "A33",
        "militias that belong to the state make a strike a breach of sovereignty",
        given=DECEMBER | BASES_BOMBED,
        switch=Switch(
            "the militias are Baghdad's own",
            off=sets(
                {
                    "actions.us.strike_militia.harms.iraq_government": 0,
                    "actors.iraq_government.protects.kataib_hezbollah": 0,
                    "actors.iraq_government.protects.asaib_ahl_al_haq": 0,
                }
            ),
        ),
        then=more(acts("iraq_government.condemn_violation")),
        via="actions.us.strike_militia.harms.iraq_government",
        days=10,
    ),
    Row(
        "A34",
        "the real aim of the sanctions is Iran's influence",
        given=DECEMBER,
        switch=STRONG_AXIS,
        then=more(acts(*SANCTIONS_ON_LEADERS)),
        via="actions.us.sanction_kataib_leaders.drivers.axis_command*axis_strength",
        days=60,
        runs=1500,
    ),
)

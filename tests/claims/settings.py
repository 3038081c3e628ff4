"""The worlds in which claims are tried, as things stood in some months of the record, and what is switched most."""

from .worlds import Switch, does, drops, held, on, sets, starts

GULF = ("saudi_arabia", "uae")
MILITIAS = ("kataib_hezbollah", "asaib_ahl_al_haq")
SANCTIONS_ON_LEADERS = ("us.sanction_kataib_leaders", "us.sanction_asaib_leaders")

SQUEEZED = starts(sanctions=0.85, oil_exports=0.3, economic_pain=0.8)
EASED = starts(sanctions=0.3, oil_exports=1.8, economic_pain=0.3)

MAY = on("2019-05-01")
"""The oil waivers end on the second day, as the baseline has it."""
SUMMER = on("2019-06-01")
AUTUMN = on("2019-09-14") | SQUEEZED
OCTOBER = on("2019-10-01") | SQUEEZED
"""The protests in Iraq begin, as the baseline has it."""
DECEMBER = (
    on("2019-12-01") | SQUEEZED | starts(protest=0.5, anti_government=0.6, government_stability=0.4, campaign=0.3)
)
"""Weeks of protest and of rockets lie behind."""

PLANT_BURNS = does("iran.strike_oil_plant", deaths=0)
IRAN_KILLS = does("iran.strike_us_forces", deaths=2)
AMERICAN_DIES = does("kataib_hezbollah.fire_barrage", deaths=1)
NOBODY_DIES = does("kataib_hezbollah.fire_barrage", deaths=0)
BASES_BOMBED = does("us.strike_militia", deaths=25)
COMMANDERS_KILLED = does("us.kill_commanders", deaths=10)
WARNED_ANSWER = does("iran.fire_warned_missiles", deaths=0, day=5)

PRESSURE = Switch("Iran's oil off the market, instead of sold", off=EASED, on=SQUEEZED)
WAIVERS_END = Switch("the oil waivers end", off=drops("waivers_end"))
PROTESTS = Switch("protests break out in Iraq", off=drops("protests_begin"))
ATTACK_ON_PLANT = Switch("the Saudi oil plant burns", on=PLANT_BURNS)
LETHAL = Switch("a barrage kills an American, instead of nobody", off=NOBODY_DIES, on=AMERICAN_DIES)
AIR_STRIKE = Switch("American aircraft bomb the militia's bases", on=BASES_BOMBED)
KILLING = Switch("the commanders are killed", on=COMMANDERS_KILLED)
STRONG_AXIS = Switch("a strong axis, instead of a weak one", off=held(axis_strength=0.5), on=held(axis_strength=0.85))
"""From one end of its plausible range to the other."""
COMMAND_DIES = Switch(
    "the command dies with them",
    off=held(axis_command=0.85) | sets({"actions.us.kill_commanders.effects.axis_command": 0}),
)
SHIPS_BURN = Switch("ships burn off Hormuz", on=does("iran.sabotage_shipping") | does("iran.sabotage_shipping", day=5))

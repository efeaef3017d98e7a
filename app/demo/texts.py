"""What people write, and what is answered, in the demo."""

DESCRIPTIONS = {
    "": [
        "Har vært slik i flere dager.",
        "Dette bør sees på snart.",
        "Så det på vei forbi i dag.",
        "Det samme gjaldt forrige uke.",
    ],
    "PA01": ["Husken henger i én kjetting.", "En skrue stikker ut på klatrestativet."],
    "PA03": ["En planke i benken er brukket.", "Bordet er løst og vipper."],
    "PA04": ["Dunken er full og det ligger søppel rundt den.", "Fuglene drar ut søppel."],
    "PA05": ["Mye engangsgriller og bokser etter helgen.", "Plast ligger langs stien."],
    "PA08": ["Knuste flasker ved benkene.", "Glass i sandkassen, barn går barbeint."],
    "PA10": ["Tre lamper på rad er mørke.", "Lyset blinker hele kvelden."],
    "PA14": ["Tagging på veggen mot stien.", "Skiltet er malt over."],
    "PA16": ["Et tre ligger over turveien.", "En stor grein henger løst."],
    "PA18": ["Trappen er helt islagt.", "Stien er ikke strødd."],
    "IH04": ["To dusjer har bare kaldt vann.", "Toalettet renner hele tiden."],
    "IH06": ["Gulvet er glatt ved det ene målet.", "Et bord i gulvet har løsnet."],
    "IH07": ["Halve hallen er mørk.", "Ett av lysrørene blinker."],
    "VE01": ["Dypt hull i kjørebanen.", "Fortauet har sunket ved kummen."],
}

FIXED = [
    "Takk for at du sa fra. Nå er det i orden.",
    "Vi har vært der og reparert det.",
    "Det er ryddet. Takk for hjelpen.",
    "Vi har byttet delen som var ødelagt.",
]
NO_ACTION = [
    "Vi har sett på det. Det er slik det skal være.",
    "Vi fant ikke feilen da vi var der. Meld gjerne fra igjen hvis den kommer tilbake.",
]
PLANNED = [
    "Vi tar det sammen med annet arbeid her om kort tid.",
    "Delen er bestilt. Vi setter den inn når den kommer.",
]

"""What people write, and what is answered, in the demo."""

DESCRIPTIONS = {
    "": [
        "Har vært slik i flere dager.",
        "Dette bør sees på snart.",
        "Så det på vei forbi i dag.",
        "Det samme gjaldt forrige uke.",
        "Flere har klaget på dette.",
        "Det er farlig for barna som går her.",
        "Vanskelig å komme forbi med barnevogn.",
        "Ser ut som hærverk.",
        "Kan noen se på dette før helgen?",
        "Det har blitt verre etter uværet.",
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

# What follows the first sentence, so that no two texts need be alike.
DETAILS = [
    "Det er ved {landmark}.",
    "Sett {when}.",
    "Ved {landmark}, sett {when}.",
    "Lyspunkt {number} står like ved.",
    "Omtrent {metres} meter fra {landmark}.",
    "Merket {number}.",
]
LANDMARKS = [
    "inngangen",
    "parkeringsplassen",
    "lekeapparatet",
    "fotballbanen",
    "grillplassen",
    "bussholdeplassen",
    "fontenen",
    "gangbroen",
    "trappen",
    "sykkelstativet",
    "det store eiketreet",
    "vannkanten",
    "søppelbøtta",
    "bommen",
    "skiltet",
    "garderoben",
    "tribunen",
    "kummen",
    "hekken mot skolen",
    "undergangen",
]
MOMENTS = [
    "i dag tidlig",
    "i går kveld",
    "på vei til jobb",
    "i helgen",
    "etter uværet",
    "da det var mørkt",
    "på luftetur med hunden",
    "i friminuttet",
    "under treningen",
    "forrige uke",
]
STREETS = [
    "Skogveien",
    "Bakkegata",
    "Parkveien",
    "Strandgata",
    "Kirkebakken",
    "Myrveien",
    "Øvre Haugvei",
    "Nedre Haugvei",
    "Fjellveien",
    "Solveien",
    "Åkerveien",
    "Ærfuglveien",
    "Møllebakken",
    "Skolegata",
    "Havnegata",
    "Idrettsveien",
    "Bjørkealleen",
    "Lyngveien",
    "Granveien",
    "Torget",
]
QUESTIONS = [
    "Hvor i parken er det? Svar gjerne med et bilde.",
    "Er dette fortsatt slik?",
    "Hvilken av lampene er det? Se etter et nummer på stolpen.",
]

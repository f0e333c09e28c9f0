"""How the press and the post shorten the names of counties: ``NE Lincs`` is North East Lincolnshire."""

#: points of the compass and their short forms, as the tokenizer cuts them; a full stop may follow each
POINTS = {
    "north": ("n", "nth"),
    "south": ("s", "sth"),
    "east": ("e",),
    "west": ("w",),
}
#: a short form that is a word too: with a full stop before a county hardly that county is meant, nor surely a part of it
DOTTED_POINTS = frozenset({"no"})
#: two points in one word
JOINED_POINTS = {
    ("north", "east"): ("northeast", "ne"),
    ("north", "west"): ("northwest", "nw"),
    ("south", "east"): ("southeast", "se"),
    ("south", "west"): ("southwest", "sw"),
}
#: what else says before a name that a part of the place is meant, or more than it, and not its council
PARTS = frozenset({"northern", "southern", "eastern", "western", "mid", "central", "greater", "inner", "outer"})

#: postal short forms of counties, whether they have a council of their own or stand in the name of one
COUNTIES = {
    "bedfordshire": ("beds",),
    "berkshire": ("berks",),
    "buckinghamshire": ("bucks",),
    "cambridgeshire": ("cambs",),
    "cheshire": ("ches",),
    "derbyshire": ("derbys",),
    "gloucestershire": ("glos", "gloucs"),
    "hampshire": ("hants",),
    "herefordshire": ("herefs",),
    "hertfordshire": ("herts",),
    "lancashire": ("lancs",),
    "leicestershire": ("leics",),
    "lincolnshire": ("lincs",),
    "northamptonshire": ("northants",),
    "northumberland": ("northumb", "northd"),
    "nottinghamshire": ("notts",),
    "oxfordshire": ("oxon",),
    "shropshire": ("salop", "shrops"),
    "somerset": ("som",),
    "staffordshire": ("staffs",),
    "warwickshire": ("warks",),
    "wiltshire": ("wilts",),
    "worcestershire": ("worcs",),
    "yorkshire": ("yorks",),
}

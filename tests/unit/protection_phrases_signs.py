"""What old lists write in few letters, each with its column, gathered before the rule was widened.

A sign says little by itself: below `Slutbesked` an S is an answer, after a name it is an initial, alone
among the remarks it is a mark. So each is measured in a row of a list, in the column named; "" has no
heading.

On the day it was gathered the rule hid 4 of the 91 rows that are marked and asked about 1 of the 40 to look
at; of the 142 ordinary ones it took none. X, !, § and a cut "sekret" were added later.
"""

SIGNED = {
    "Anm": (
        "S", "*", "SM", "SK", "s", "sm", "S.", "(S)", "**", "***", "( * )", "S!", "*S*", "S.M.", "SF", "SKF",
        "SU", "(SM)", "[S]", "[*]", "✱", "★", "S *", "SM!", "sf", "X", "(X)", "!", "!!", "(!)", "§", "(§)",
        "SEKRET", "Sekret.",
    ),
    "Övrigt": ("SK", "S", "*", "SM", "(SK)", "X", "!", "§"),
    "": ("S", "*", "SM", "**", "SK", "(*)", "X", "!", "§"),
    "Namn": (
        "*Berg, Bo", "Berg, Bo (S)", "Berg, Bo*", "Berg, Bo *", "* Berg, Bo", "Berg*, Bo", "Berg, *Bo",
        "Berg, Bo (*)", "(*) Berg, Bo", "(S) Berg, Bo", "Berg, Bo **", "Berg, Bo (SM)", "Berg, Bo (SK)",
        "Berg, Bo (s)", "Berg, Bo [S]", "*Bo Berg", "Bo Berg*", "Bo Berg (S)", "Berg, Bo (S.)", "Berg, Bo ★",
        "Berg (S), Bo", "*", "Berg, Bo (SF)", "Berg, Bo (barn) *", "Berg, Bo *, Ek, Siv", "Berg, Bo / S",
    ),
    "Medpersoner": (
        "Carm, Cia *", "Carm, Cia (S)", "*Carm, Cia", "Carm, Cia* / Ek, Åke", "Ek, Åke / Carm, Cia (SM)",
        "Carm, Cia (barn) *", "Carm, Cia (*)",
    ),
    "Personnr": (
        "19691107-9975*", "*19691107-9975", "19691107-9975 *", "19691107-9975 S", "19691107-9975 (S)",
        "19691107-9975 SM",
    ),
    "Aktnr": (
        "3003-2 S", "3003-2*", "3003-2 *", "*3003-2", "3003-2 (S)", "3003-2 (*)", "3003-2 SM", "3003-2 SK",
        "3003-2 [S]", "3003-2 SF", "* 3003-2", "3003-2 sekr", "3003-2 (sekr.)", "3003-2, SPU",
        "3003-2 skyddad", "3003-2 ★", "K 12/98 (S)",
        "3003-2 S del 2", "3003-2 del 2 S", "3003-2* vol. 2",
    ),
}  # fmt: skip
"""The row is about somebody whose data are protected."""

PERHAPS = {
    "Hylla": ("Säkerhetsskåp", "säkerhetsskåpet", "Säkerhetsfack", "H1 *", "*"),
    "Skåp": ("Säkerhetsskåp", "låst", "säkerhetsskåp 2"),
    "Anm": (
        "foton, !",
        "säkerhetsskåp", "i säkerhetsskåpet rum 4", "värdeskåp", "bankfack", "S, 2 omslag", "2 omslag; *",
        "se K 12 / SM", "foton, S", "sk", "F", "FP", "fp",
    ),
    "Färg": ("röd", "Röd", "RÖD", "rött", "röda", "röd!"),
    "Mappfärg": ("röd", "rött"),
    "Mapp": ("röd", "Röda"),
    "Kuvert": ("förseglat", "igenklistrat"),
    "Namn": ("Berg, Bo SM", "Berg, Bo SK", "Berg, Bo SF"),
    "Aktnr": ("3003-2S",),
    "Personnr": ("19691107-****",),
    "Född": ("1969-11-07*",),
    "Avslutad": ("2003-04-14*", "2003-04-14 *"),
    "Enhet": ("Mitt*",),
    "Akttyp": ("EB*",),
}  # fmt: skip
"""Nothing hides, but somebody is asked to look."""

PLAIN = {
    "Slutbesked": ("S", "*", "SM", "SK", "x", "X", "!", "§"),
    "Gallras": ("S", "*", "x", "SK", "X"),
    "Sign": ("S", "SM", "SK", "SF", "S.M."),
    "Hylla": ("S", "SM", "SK", "S1", "S 4", "S:3", "SF", "Skåp 4", "Röd 3", "Arkivskåp"),
    "Rum": ("S", "SK", "Säkerheten"),
    "Enhet": ("SK", "S", "SM", "SF", "Söder"),
    "Akttyp": ("S", "SK", "SM", "EB"),
    "Kod": ("S", "SK"),
    "Namn": (
        "Berg, Bo S", "Berg, Bo S.", "Berg, S", "S Berg", "Berg, S. Bo", "Berg, Bo (Sven)", "Berg, Bo *1950",
        "Berg, Bo * 1950-03-04", "Berg, Bo (son)", "Berg, Bo (f. Ask)", "Berg, Bo (barn)", "Berg, Bo S M",
        "S-Berg, Bo", "Sm, Bo", "Sk, Bo", "Es, Bo", "Berg, Bo (2)", "Berg, Bo (K)", "Berg, BO",
        "BERG, BO SVEN", "Berg, Bo-S",
    ),
    "Medpersoner": ("Carm, Cia S", "Carm, Cia (barn)", "Carm, Cia (syskon)", "Carm, Cia *1987"),
    "Aktnr": (
        "S 3003", "S3003-2", "SM 12/98", "K 12/98", "12/98 B", "3003-2 A", "3003-2B", "S-3003-2", "SK 12",
        "3003-2 del 2", "12/98 BoF", "3003S2",
    ),
    "Personnr": ("19691107-9975", "691107-9975", "19691107-TF12"),
    "Anm": (
        "K", "B", "E", "SoL", "SB", "SV", "SA", "S 12", "s. 12", "s 4", "sid 3", "S:t Lars", "OK", "x", "-",
        "/", "1", "F 2", "M/S Lena", "* se akt 12/98", "*) se pärm", "5 * 3", "500 SEK", "SMS", "SKV",
        "SM-guld", "SK-bladet", "S och B", "foton", "se S 12", "säkerhet", "säkerhetskopia", "säkerhetsbälte",
        "värdehandling", "bankbok", "rött",
        "12 §", "§ 12", "OBS!", "se akt!", "sekreterare", "xx", "X2", "Box X",
    ),
    "Övrigt": ("K", "SoL", "se Söder", "2 omslag", "SKB", "SM 1998", "Socialkontor S"),
    "": ("K", "12", "OK", "x", "AB", "se akt"),
    "Färg": ("blå", "grön", "rödbrun", "gul", "rosa", "svart"),
    "Mapp": ("blå", "12", "Rödeby"),
    "Skåp": ("12", "A", "plåt", "Rött 4"),
    "Pärm": ("röd", "blå"),
    "Född": ("*1969", "1969-11-07"),
}  # fmt: skip
"""Nothing hides and nobody is asked."""

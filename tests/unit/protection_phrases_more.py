"""What a second collection found in old lists, gathered before the rule was widened for it.

On the day it was gathered the rule knew 19 of the 121 marks and hid nobody for the 142 ordinary remarks; of
hints (35) it knew nothing.
"""

MARKS = (
    # abbreviations
    "SPU", "spu", "(SPU)", "SPU!", "SFB", "sfb", "SKID", "skid", "skfb", "SKFB", "S.I.", "(S.I.)", "S. I.",
    "SekrM", "SEKRM", "sekrm.", "sek-märkt", "sek.märkt", "sekmärkt", "sek märkt", "sk/id", "sk/pu",
    "sk/adr", "sk / id", "sky.id", "sky id", "sky-id", "sky.pers", "sky. adr", "heml adr", "heml. adr",
    "heml.adr", "hml adr", "hml. adress", "hml.id", "heml id", "heml. tel", "dold adress", "dold adr.",
    "dolt boende", "dold identitet", "dolda uppgifter", "hemlighållen vistelseort", "hemlighålls",
    # together, or misspelt
    "skyddadID", "skyddadid", "SKYDDADID", "skydadid", "skydadId", "skyddadidentitet", "skyddadadress",
    "skyddadeuppgifter", "skyddadepersonuppgifter", "skydd.pers", "skyddspers", "skyddspers.",
    "skyddsperson", "Skyddsboende", "sektress", "Sektress!", "sektretess", "sektess", "sekrettes",
    "skyddad idenitet", "skyddat idetitet", "skyddade personupgifter",
    "skydad adr", "kvarskrivn.",
    "spärrmark.", "sekr märk", "sekr.märkt", "sekrmärkt", "sekretessmärkt", "sekretess-märkt",
    # the law
    "21 kap 3 § OSL", "21 kap. 3 § OSL", "21 kap 3 §", "21 kap. 3 a §", "OSL 21 kap 3", "OSL 21:3",
    "21:3 OSL", "21:3 § OSL", "enl. 21:3 OSL", "OSL 22 kap 1", "OSL 22 kap. 1 §", "22 kap 1 § OSL",
    "22:1 OSL", "OSL 22:1", "21 kap 3 § offentlighets- och sekretesslagen", "7 kap 15 § SekrL",
    # what may not be told, and from whom
    "utlämnas ej", "Utlämnas EJ!", "uppgifterna utlämnas ej", "utlämnas inte", "får ej utlämnas",
    "lämnas ej ut", "ej för utlämnande", "förföljd", "förföljs", "förföljs av maken", "hot mot klient",
    "hot mot klienten", "hot mot modern", "hot mot kvinnan", "hot mot barnet", "dödshot",
    "hotad av f.d. make",
    "hotas av fadern", "kontaktförbud", "Kontaktförbud utfärdat 2004", "besöksförbud", "besöksförbud 1999",
    "kvinnojour, hemlig ort",
    # English
    "protected", "PROTECTED", "confidential", "Confidential!", "protected person", "protected identity",
    "secret", "do not disclose",
)  # fmt: skip

HINTS = (
    "förseglat kuvert", "Förseglat kuvert i kassaskåp", "förs. kuvert", "förs kuvert", "förseglad",
    "förseglad akt", "i förseglat omslag", "slutet kuvert", "plomberad", "plomberat kuvert", "plomb. kuvert",
    "igenklistrat kuvert", "kassaskåp", "se kassaskåpet", "ligger i kassaskåpet", "kassaskåpet rum 4",
    "låst skåp", "i låst skåp", "låsta skåpet", "inlåst", "akten inlåst", "inlåst hos chef", "endast chef",
    "Endast chefen", "bara chef", "endast enhetschef", "hos chefen", "hos enhetschef", "röd mapp",
    "Röda mappen", "i röd mapp", "särskild förvaring", "förvaras särskilt", "21:3", "enl. 21:3",
)  # fmt: skip
"""Where something is kept apart somebody is asked why: nothing of it says that a person is protected."""

ORDINARY = (
    "kuvert med foton", "brunt kuvert", "kuvert i akten", "ett kuvert", "kuvert saknas", "foton i kuvert",
    "skyddsomslag", "nytt skyddsomslag", "sekreterare", "sekreterarens exemplar", "hotell", "Hotell Savoy",
    "boende på hotell", "hotellrum", "vandrarhem/hotell", "spur", "Spur, Anna", "sputnik", "skyddsombud",
    "skyddsrond", "skyddsglasögon", "skyddskläder", "skyddsjakt", "se mapp 3", "mapp", "blå mapp",
    "grön mapp", "mapp 12", "lös mapp", "röd pärm", "röda pärmen", "rött omslag", "röd etikett",
    "röd kartong", "Rödebäck", "Mappsson", "skåp 4", "se skåp 2", "plåtskåp", "arkivskåp", "hyllskåp",
    "skåpet i källaren", "nyckel till skåpet", "chef Lena Ek", "avd chef", "chefsbyte 2001",
    "beslut av chef", "enhetschef underrättad", "chefens beslut", "endast kopia", "endast del 2",
    "endast omslag", "plomb lagad", "tandplomb", "Plomgren", "låst dörr", "låsbar", "Låstad", "kassa",
    "kassabok", "kassakvitton", "försäkringskassan", "utlämnad 2003", "utlämnad till tingsrätten",
    "utlämnande av kopia", "kopia utlämnas", "utlämning begärd", "begäran om utlämnande", "hot mot personal",
    "hot mot handläggare", "hotfull", "hotfull klient", "hotelse", "förföljelse av flyktingar nämns",
    "kontaktperson", "kontaktfamilj", "besök", "besökstid", "besöksrum", "umgängesförbud", "körförbud",
    "alkoholförbud", "kontakt förnyad", "sid 3", "s. 12", "s 4", "S 12", "s.id 3", "Ek, S.I.", "Sven I. Ek",
    "Skidstad", "skidor", "skidresa", "skidskola", "Skidby", "kap 3", "21 akter", "21 delar",
    "kap. 21 saknas",
    "3 § LVU", "LVU 3 §", "2 § LVU", "LVM", "4 kap 1 § SoL", "SoL 4:1", "11:1", "hylla 21", "21", "21-3",
    "box 22:1", "hylla 21:3", "21/3", "21.3", "enl SFB", "enligt SFB", "SFB 2010:110", "5 kap. SFB",
    "hemlös", "hemlån", "hemtjänst", "hemadress", "hemligheter", "heml", "doldis", "dold defekt",
    "adress okänd", "tel. adr.", "sekt", "sektor", "sektion", "sektionschef", "sek", "500 sek", "SEK 500",
    "sky", "Sky, Anna", "skyar", "skylt", "skyltad", "protection of archives", "write-protected",
    "skyddspersonal",
)  # fmt: skip

"""What old lists write beside a name, and whether it says that the person's data are protected.

Collected before the rule was written; a doubtful one is protected, since naming somebody cannot be undone.
"""

PROTECTED = (
    "SKYDDAD IDENTITET", "Skyddad id", "skyddad identitet!", "OBS! Skyddad identitet", "skyddad-identitet",
    "Skyddade personuppgifter", "skyddade pers.uppg.", "Skyddade pu", "skyddade uppgifter",
    "skydd. pers.uppg", "skyddad adress", "Skyddad adr.", "adressen skyddad", "skyddad folkbokföring",
    "sk. folkb.", "sk folkbokf", "skydd. folkbokf.", "skyddad fbf", "Sk. folkbokföring", "SKYDD", "skydd!",
    "(skydd)", "Skyddad", "skyddat", "skyddat boende", "Skyddat boende 2003-04", "bor på skyddat boende",
    "Skyddsmarkering", "skyddsmarkerad", "sekr", "SEKR.", "sekr!", "sekr-markering", "Ö-sekr", "sekretess",
    "Sekretess!", "sekretessmarkerad", "sekretessmarkering", "sekretess-markering", "sekretess markering",
    "sekr.mark", "sek.mark", "sek mark", "sekr mark.", "Sekrmark", "sekretessmark.", "sekretesskyddad",
    "sekretessskyddad", "sekretesskydd", "sekretessbelagd", "hemlig adress", "OBS hemlig adress",
    "hemlig adr.", "Hemlig identitet", "hemligt id", "hemliga uppgifter", "adress hemlig", "SPÄRR",
    "spärrad", "Spärrmarkerad", "spärrmarkering", "spärr i folkbokföringen", "spärrmärkt",
    "ej lämna ut adress", "lämna ej ut adress", "får ej lämna ut adressen", "lämna inte ut uppgifter",
    "får inte lämnas ut", "adress får ej röjas", "röj ej adress", "uppge ej adress",
    "adressen lämnas inte ut", "kvarskr.", "kvarskr", "Kvarskrivning", "kvarskriven", "kvarskriven i Malmö",
    "SKPU", "skpu", "sk pu", "sk.pu", "sk pers", "sk. pers.", "sk. personuppg.", "sk.id", "sk id", "SK-ID",
    "sk.ident", "fingerade uppg", "Fingerad identitet", "fingerade personuppgifter", "fing. pers.uppg.",
    "fing id", "fingerat namn", "ny identitet", "sek.skydd", "pers.uppg. skyddade", "identiteten skyddad",
    "personen har skydd", "skyddad person", "id-skydd", "idskydd", "identitetsskydd", "personskydd",
    "adresskydd", "adressskydd", "sekr upphävd 2009", "ej sekr men skyddad identitet", "ej skydd?",
    "inget skydd före 2004, sedan skyddad id", "Sekretess enl. 21 kap 3 § OSL", "protected identity",
    "secret address", "SKYDDAD\u00a0IDENTITET", "s k y d d a d", "skyddad ident", "skyd id", "sekrettess",
    "skydad identitet", "SPARRMARKERAD", "SP[RRAD", "spÃ¤rr", "sp„rrmarkering", "Skyddad iden\u00adtitet",
)  # fmt: skip

OPEN = (
    "", "-", "skyddstillsyn", "dömd till skyddstillsyn 1998", "ej skydd", "Ej skydd.", "inget skydd",
    "inte skyddad", "ej skyddad identitet", "ej sekr", "ingen sekretess", "ej sekretessmarkerad",
    "ingen sekretessmarkering", "inga skyddade uppgifter", "utan skydd", "saknar skydd", "skydd: nej",
    "Sekretess: nej", "sekr nej", "sekr: n", "skyddad id: nej", "Skydd = ej", "skyddsombud",
    "samtal med skyddsombudet", "skyddsrum", "Skyddsrummet", "skyddsutredning",
    "utredning till skydd för barn", "behov av skydd eller stöd", "barn i behov av skydd",
    "skyddsbedömning", "omedelbar skyddsbedömning", "arbetarskydd", "arbetarskyddsnämnden", "brandskydd",
    "försäkringsskydd", "skyddsväst", "skyddat arbete", "skyddad verkstad", "Skyddsvärnet",
    "skyddskonsulent", "skyddskonsulenten", "skyddstillsyn 1 år", "sekretariatet", "sekreterare",
    "socialsekreterare", "Socialsekr. Berg", "soc.sekr Ek", "sekr. Lena Ek, IFO", "sektion 4", "Sekvens 12",
    "sekunda", "spärrvakt", "spärrlista telefon", "tidsspärr", "bankkort spärrat",
    "hemligstämplad bilaga saknas inte", "hemort okänd", "hemlighetsmakeri", "finger bruten",
    "fingeravtryck", "ringfinger", "Fingal", "kvar i box 3", "kvarstad", "kvarskickad", "kvarstående", "sk",
    "den sk. Bergska akten", "s.k. kontaktperson", "sk kontaktfamilj", "den s k personakten",
    "lämna ut kopia 2003", "utlämnad till polisen", "adress saknas", "ny adress", "ny identitetshandling",
    "identitet styrkt", "id-handling kopierad", "personuppgifter rättade", "pers. akt", "skola", "skild",
    "skuld 4 000 kr", "Skiold, Per", "Skyttner", "2 omslag", "se akt 12/98", "del 2 av 3", "hot och våld?",
    "Folkbokförd i Lund", "skyddshelgon", "djurskydd", "miljöskydd", "konsumentskydd", "kopieringsskydd",
    "skyddsplacering",
)  # fmt: skip

"""What old lists write beside a file that is not where they have it, and what only looks so.

They stand in a column of remarks or of status. Gathered before the rule was widened; it then knew 6 of the 86
and flagged none of the 80.
"""

GONE = (
    "Lev. till landsarkivet", "Lev till LA", "Lev. Landsark.", "Levererad till Stadsarkivet 2001",
    "Levererades till SSA", "Överlämnad till Malmö stad", "Utlämnad i original till rätten",
    "Avlämnad till Riksarkivet", "Hämtad av soc.sekr. Berg", "Returnerad till klient",
    "Återlämnad till klienten", "Återsänd till Lund", "Överförd till Lund", "Sänd till kammarrätten",
    "Bränd 1979", "Uppbränd", "bränt", "Innebränd", "Eldades upp", "Strimlad", "strimlades 2004", "Slängd",
    "mögelskadad, slängd", "Utrangerad", "Skrotad", "gallr 03", "galr.", "Gallrad", "Ej påträffad",
    "inte påträffad vid inventering", "Kan ej lokaliseras", "Ej i hyllan", "inte i boxen", "Ej kvar",
    "Ute", "Borta", "förkom i flytten 88", "Tom mapp", "Tomt omslag", "Endast försättsblad", "Tom pärm",
    "Ej återlämnad", "ej åter", "Ej åter 1998", "inte returnerad", "Ej inkommen", "aldrig återlämnad",
    "Utl.", "utl", "Utl. till Ek", "Utl 3/4", "Lånekort", "Beslagtagen", "Beslagtagits av polis",
    "i beslag", "Polisen har akten", "Hos handläggare", "hos LSS-enheten", "Kvar hos enheten",
    "kvar på kontoret", "Finns hos handläggaren", "Flyttad till annan kommun", "Flyttad till rum 3",
    "Omflyttad till källaren", "Akten flyttad till Lund", "Se akt 17", "se akt K 12/98", "Se akten 17.",
    "Sammanslagen med 17", "Sammanförd med akt 3", "Ihopslagen med 5", "Uppgått i akt 15",
    "Ingår i akt 17", "Ligger i akt 17", "Inlagd i 17", "Arkiverad hos Stadsarkivet", "Dubbelregistrerad",
    "Felaktigt upplagd", "Struken", "burnt", "not found", "not returned", "seized by police",
    "handed over to Lund", "merged with 17", "moved to Lund",
)  # fmt: skip

HERE = (
    "Gallras 2030", "Ej gallrad", "Skall ej gallras", "Undantas från gallring", "Gallringsfri",
    "Saknar personnummer", "Saknar slutdatum", "Lånar pengar", "Lån beviljat", "Avskriven", "Åter",
    "Åter 1999", "Återlämnad 1999", "Återlämnad till arkivet", "Återställd", "Påträffad",
    "Återfunnen 2004", "inte levererad", "ej flyttad", "Flyttat till okänd ort",
    "klienten flyttat till Lund", "Flyttad till okänd ort", "se även akt 17", "se akt", "se akten",
    "jfr akt 17", "Se pärm", "foton, se akt 17", "2 omslag", "Levererad 2001", "Leverans 3", "Lev. 3",
    "Brandskadad", "Branden 1979", "brandman", "Bränna", "Utlandet", "utlåtande", "Utlägg", "Utlovad",
    "utlännning", "Utebliven", "Utegångsförbud", "utsida", "Hos", "hos mamma", "bor hos mormor",
    "placerad hos Ek", "kvar", "kvar i boxen", "Kvarboende", "ligger i box 3", "Ingår i serien",
    "Ingår i projekt", "Tom", "Tomas", "Tomt", "endast kopia", "endast del 2", "Hämtad", "Beslag",
    "beslut taget", "Polisen", "polisanmälan", "ej beslagtagen", "Struktur", "Dubbel", "dubbel akt",
    "slagen", "sammanslagning", "Kommunsammanslagning", "moved", "found", "returned", "Skickad ansökan",
    "Flyttkort", "sänder", "inte slängd", "ej bränd", "ej utlånad",
)  # fmt: skip

"""What a Swede types for what stands in the register: what must be found by it, and what must not.

Names and references are invented. A name is written "Family, Given"; each line of a list is what is
registered, then what is typed, parted by bars. How a name is spelled in another tongue or script is no
writing of it: transcription is not wanted. What is shown behind "did you mean" counts as not found.
"""

NAMES_FOUND = """
Ek, Anna | Ek | ek | Ek, Anna | anna ek | EK
Li, Wei | Li | li | Li Wei | wei li
Åhl, Bo | Bo | Åhl | ahl | bo åhl
Ek-Lindqvist, Sara | Ek | Eklindqvist | Ek Lindqvist | Ek-Lind | Lindqvist | sara eklindqvist
Ly, Ý Lan | Ly | Ylan | ý lan
Đỗ, Hương | Do | đỗ | Do Huong | huong
Öz, Ali | Öz | oz | Oz Ali
Yılmaz, Işıl | Yilmaz | yılmaz | YILMAZ | Isil Yilmaz | yilm | Yılmaz Isil
İnce, Gül | Ince | ince gul | INCE
Çağlar, Şükrü | Caglar | Sukru Caglar | çağlar
Işık, Sıla | Isik | isik sila | ışık
Biŋŋá, Máret | Binna | Maret Binna | binn | biŋŋá
Eŋvall, Áilu | Envall | ailu envall
Ŧállá, Niillas | Talla | niillas talla | tall
Skáŧŧe, Elle | Skatte | elle skatte
Jeäʹnnsen, Vääʹssel | Jeannsen | Jeä'nnsen | vaassel
Għarb, Ċensu | Gharb | censu gharb
Borġ, Ħalil | Borg | halil borg | Halil
Əliyev, Vüsal | Eliyev | vusal eliyev | Əliyev
Məmmədova, Nərmin | Memmedova | nermin memmedova | memmed
Oʻrinova, Goʻzal | Orinova | O'rinova | Gozal | go'zal | gozal orinova
Tu'ipulotu, Sione | Tuipulotu | Tu’ipulotu | tu ipulotu
Svensson, Anna-Karin | Annakarin | Anna Karin | Anna-Karin
Svensson, Anna-Karin | svensson annakarin | Anna-Karin Svensson | anna–karin
Nilsson, Annakarin | Anna-Karin | Anna Karin | Anna Karin Nilsson
Nilsson, Annakarin | Nilsson Anna-Karin | annakarin | anna‑karin
Persson, Anna Karin | Annakarin | Anna-Karin | Persson Annakarin | Karin Persson
Holm, Karl-Erik Gustav | Karlerik | Karl Erik | karlerik holm | Gustav Karl-Erik | karl erik gustav holm
Dahl, Maj-Britt | Majbritt | Maj Britt | majbritt dahl
Lund, Majbritt | Maj-Britt | Maj Britt Lund | Lund, Maj-Britt
Sund, Ann Sofie | Annsofie | Ann-Sofie | annsofie sund
Abd el Karim, Omar | Abdelkarim | Abd-el-Karim | Abdel Karim | Abd elKarim | omar abdelkarim | Karim Omar
Abdelkarim, Rana | Abd el Karim | Abdel-Karim | Abdel Karim | Rana Abd el Karim
Abdel-Karim, Samir | Abdelkarim | Abd el Karim | samir abdel karim
Abu Bakr, Yusuf | Abubakr | Abu-Bakr | yusuf abubakr
Al-Hassan, Noor | Alhassan | Al Hassan | Hassan | noor alhassan
Alhassan, Zaid | Al-Hassan | Al Hassan | zaid al-hassan
O'Brien, Sean | O’Brien | OBrien | O Brien | O`Brien | O´Brien | Oʼbrien
O'Brien, Sean | O‘Brien | O′Brien | Brien | o＇brien | sean obrien
OʼBrien, Maeve | O'Brien | OBrien | Brien | maeve o’brien
OBrien, Niamh | O'Brien | O’Brien | o brien niamh | Oʼbrien
D'Angelo, Rosa | Dangelo | D’Angelo | Angelo | d angelo
Dell'Acqua, Pia | Dellacqua | Dell Acqua | acqua
von Sydow, Karl | Sydow | von Sydow | vonsydow | sydow karl
af Klint, Hilda | Klint | af Klint | afklint | hilda af klint
de la Gardie, Ebba | Delagardie | de la Gardie | Gardie | De La Gardie Ebba | de lagardie
Delacroix, Luc | de la Croix | De Lacroix | dela croix
van der Berg, Jan | Vanderberg | Berg Jan | van der Berg
McDonald, Ian | Mc Donald | Mcdonald | mc donald ian
St. Clair, Eva | St Clair | Stclair | st.clair
Järvinen-Mäki, Päivi | Jarvinen | järvinenmäki | Mäki | paivi jarvinen maki
Hämäläinen, Yrjö | Hamalainen | hämäl | yrjo hamalainen
Þórðardóttir, Guðrún | Thordardottir | Gudrun | guðrún þórð
Ægisson, Jón | Aegisson | jon aegisson
Łukaszewicz, Żaneta | Lukaszewicz | zaneta | Łukasz
Żółkiewska, Małgorzata | Zolkiewska | malgorzata zolkiewska
Nguyễn, Thị Minh Khai | Nguyen | minhkhai | nguyen thi minh khai | Minh-Khai
Phạm, Ngọc Ánh | Pham | ngocanh | pham ngoc anh
Cabdi, Xaawo Cabdiraxmaan | cabdi | Cabdi Raxmaan | xaawo cabdi
Warsame, Faadumo Cabdi Raxmaan | Cabdiraxmaan | faadumo | warsame cabdi
محمد, أحمد | محمد | أحمد محمد | احمد
علی, یوسف | علي | يوسف علي
الزهراء, فاطمة | فاطمه | فاطمة الزهراء
วงศ์สุวรรณ, วิชัย | วิชัย | วงศ์ | วิชัย วงศ์สุวรรณ
李, 小龙 | 李 | 小龙 | 李 小龙
Иванова, Ольга | Иванова | ольга | ИВАНОВА
Παπαδόπουλος, Νίκος | παπαδοπουλος | Νικος
Jansdotter Ekström, Maria | Jansdotter | ekstrom | jansdotter-ekström | maria ekström
Öberg, Åsa Älva | oberg | ÖBERG | Asa | asa-älva | Åsa Öberg
Ødegård, Bjørn | Odegard | bjorn odegard | ØDEGÅRD
Groß, Jürgen | Gross | jurgen gross | GROSS
Kowalska-Nowak, Ewa | Kowalskanowak | kowalska nowak | Nowak
Ngũgĩ, Wanjirũ | Ngugi | wanjiru
Ɓello, Ɗanladi | Bello | danladi bello
"""

REFERENCES_FOUND = """
R3-2005/102 | R3 2005 102 | R3-2005/102 | r3-2005/102 | R3 2005/102 | R3-2005-102
R3-2005/102 | R3/2005/102 | r3 2005-102 | R3-2005 | R3–2005/102
SN 2011:77-B | SN2011:77-B | SN 2011 77 B | sn 2011/77 B | SN 2011-77-B
1998.0345 | 1998 0345 | 1998-0345 | 1998/0345 | 1998.03
K 12/98 | K12/98 | k 12 98 | K-12-98 | K 12-98
77 4411 | 77-4411 | 77/4411 | 774411
P_000778 | P 000778 | P-000778
"""

NUMBERS_FOUND = """
199006022397 | 19900602-2397 | 900602 2397 | 900602-2397
"""

NAMES_NOT_FOUND = """
Ekström, Nina | Ek | ek | ek.
Eklund, Olle | Ek | EK
Lind, Siv | Li | li
Linda, Bosse | Li | Bo | bo
Åhlander, Mats | Åh | Ma
Lyberg, Doris | Ly | Do
Öztürk, Inci | Öz | oz | In
Yildirim, Ismet | Yilmaz | Is
Yalman, Isa | Yılmaz | yilman | Yilmaz
Binge, Marit | Binna | Biŋŋá | Maret
Bingga, Mårten | Binna | Biŋŋá
Aliyev, Vusala | Əliyev | Eliyev
Mamedova, Narmin | Memmedova | Məmmədova
Tallberg, Nils | Ŧállá | Talla
Karinsson, Anna | Annakarin | Anna-Karina
Annasson, Karin | Annakarin | Anna-Karin Svensson
Svensson, Karin Anna | Annakarin | anna karina
Nilsson, Ann Karin | Annakarin | Anna-Karin
Persson, Anna Maria Karin | Annakarin | Annakarin Persson
Erikson, Karl | Karlerik | Karl-Erika
Karl, Erik | Karlerik
Britt, Maj | Majbritt
Abd el Rahman, Omar | Abdelkarim | Abd el Karim
Karim, Abdel | Abdelkarim
Abd al Karim, Hadi | Abdelkarim | Abd el Karim
Hassan, Al | Alhassan
Alhasan, Noora | Al-Hassan | Alhassan
Brien, Otto | OBrien | O'Briena
Obrist, Ian | O'Brien | OBrien
Angelo, Dana | D'Angelo Dina | Dangelo
Sydow, Vera | vonsydow | von Sydow
Gardell, Dela | Delagardie | de la Gardie
Berg, Vanda | Vanderberg | van der Berg
Donald, Macke | McDonald | Mc Donald
Järvi, Nenni | Järvinen | jarvinenmaki
Tordsdotter, Gudrun | Thordardottir
Lukas, Zane | Lukaszewicz
Minh, Khai | Minhkhai
Raxmaan, Cabdi | Cabdiraxmaan
محمود, أحمد | محمد
วิชา, วรา | วิชัย
李娜, 王 | 李
Johansson, Erika | Erik Johan Svensson | Johan Erikson
Smith, John | Johan | Smed
"""

REFERENCES_NOT_FOUND = """
R3-2005/1021 | R3 2005 102
R32-005/102 | R3 2005 102
R3-2005/1/02 | R3 2005 102
R4-2005/102 | R3 2005 102 | R3
SN 2011:778 | SN 2011 77 B | SN 2011 77
12 98 | K 12 98
1998.03456 | 1998 0345
774-4112 | 77 4411 2
"""

NUMBERS_NOT_FOUND = """
198501012389 | 19850101 | 850101 | 1985-01-01 | 850101-2397
"""


def pairs(lines: str) -> list[tuple[str, str]]:
    """Return what is registered with each of what is typed for it."""
    found = []
    for line in filter(None, lines.splitlines()):
        registered, *typed = (part.strip() for part in line.split("|"))
        found += [(registered, one) for one in typed]
    return found


def registered(*lists: str) -> list[str]:
    """Return what is to be registered, each once."""
    return list(dict.fromkeys(one for lines in lists for one, _typed in pairs(lines)))

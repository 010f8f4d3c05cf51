"""The names that exist: pools of forenames and surnames with their shares, by origin and birth cohort.

Names, how skewed they are, which are variants of one another.

faker seeds the pools and is not the sampler: its English surnames are read as absolute shares (they sum to 39.5%)
next to a tail of composed names; its own sampling would make coincidences 6.4 times too common.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import zip_longest
from typing import Any, Final

import numpy as np
import polars as pl

from tf_linkage.population.draws import Odds, odds
from tf_linkage.population.people.communities import ORIGINS
from tf_linkage.population.people.community_names import (
    BANGLADESHI_MEN,
    BANGLADESHI_WOMEN,
    CANTONESE,
    OTHER,
    SOMALI,
    VIETNAMESE,
)


def _words(text: str) -> list[str]:
    """The words of a text: lists of names are written as text, to be read as such."""
    return text.split()


COHORTS: Final[tuple[int, ...]] = (1900, 1959, 1969, 1979, 1989, 1999, 2005, 2011)
"""First birth year of each forename cohort (ONS rankings 1904-2014)."""

_TOP: Final[dict[int, tuple[str, str]]] = {
    1900: (
        "Margaret Jean Mary Joan Patricia Sheila Barbara Doreen Susan Linda Christine Maureen",
        "John David Michael Peter Robert Anthony Brian Alan William James Richard Kenneth",
    ),
    1959: (
        "Susan Julie Karen Jacqueline Deborah Tracey Jane Helen Diane Sharon Tracy Angela",
        "David Paul Andrew Mark John Michael Stephen Ian Robert Richard Christopher Peter",
    ),
    1969: (
        "Sarah Claire Nicola Emma Lisa Joanne Michelle Helen Samantha Karen Amanda Rachel",
        "Paul Mark David Andrew Richard Christopher James Simon Michael Matthew Stephen Lee",
    ),
    1979: (
        "Sarah Laura Gemma Emma Rebecca Claire Victoria Samantha Rachel Amy Jennifer Nicola",
        "Christopher James David Daniel Michael Matthew Andrew Richard Paul Mark Thomas Adam",
    ),
    1989: (
        "Rebecca Lauren Jessica Charlotte Hannah Sophie Amy Emily Laura Emma Chloe Sarah",
        "Thomas James Jack Daniel Matthew Ryan Joshua Luke Samuel Jordan Adam Michael",
    ),
    1999: (
        "Chloe Emily Jessica Ellie Sophie Megan Charlotte Lucy Hannah Olivia Lauren Grace",
        "Jack Joshua Thomas James Daniel Benjamin William Samuel Joseph Oliver Harry Matthew",
    ),
    2005: (
        "Olivia Ruby Emily Grace Jessica Chloe Lily Mia Lucy Amelia Evie Ella",
        "Jack Oliver Thomas Harry Joshua Alfie Charlie Daniel James William Samuel George",
    ),
    2011: (
        "Amelia Olivia Isla Emily Poppy Ava Isabella Jessica Lily Sophie Grace Sophia",
        "Oliver Jack Harry Jacob Charlie Thomas George Oscar James William Noah Alfie",
    ),
}
"""Top twelve girls' and boys' names of a year inside each cohort (`ONS baby names`; the cohort of
1900 is recalled, not checked)."""

_SKEW: Final[dict[int, tuple[float, float]]] = {
    1900: (0.85, 1.6), 1959: (0.85, 1.6), 1969: (0.82, 1.55), 1979: (0.80, 1.5), 1989: (0.78, 1.43),
    1999: (0.68, 1.33), 2005: (0.62, 1.28), 2011: (0.52, 1.22),
}  # fmt: skip
"""Zipf exponents over ranks 1-100 and beyond (measured on E&W births 1996, 2008, 2020: `ONS baby names`)."""

SPELLINGS: Final[tuple[tuple[str, ...], ...]] = tuple(
    tuple(group.split())
    for group in (
        "Mohammed Muhammad Mohammad Muhammed Mohamed", "Sarah Sara", "Catherine Katherine Kathryn",
        "Stephen Steven",
        "Sophie Sofie", "Isabelle Isabel Isobel", "Rebecca Rebekah", "Ann Anne", "Tracey Tracy", "Lesley Leslie",
        "Jon John", "Geoffrey Jeffrey", "Philip Phillip", "Alan Allan Allen", "Lindsay Lindsey", "Hannah Hanna",
        "Aisha Ayesha Aysha", "Fatima Fatimah Fathima", "Ahmed Ahmad", "Hassan Hasan", "Hussain Hussein Husain",
        "Yusuf Yousef Yousuf", "Zainab Zaynab Zeinab", "Mariam Maryam Miriam", "Khadija Khadijah", "Omar Umar",
        "Abdullah Abdallah", "Ibrahim Ebrahim", "Sumaya Sumayyah", "Chaya Chaia", "Moshe Moishe",
        "Yitzchok Yitzchak",
        "Rivka Rivky", "Chana Channa", "Shmuel Shmiel", "Mehmet Mehmed", "Aaliyah Aliyah Aleeya", "Jayden Jaiden",
        "Ryan Rian", "Aidan Aiden", "Callum Calum", "Conor Connor", "Sean Shaun Shawn", "Niamh Neve", "Zoe Zoey",
        "Amelia Emelia", "Lilly Lily", "Evie Evi", "Abigail Abigale", "Jasmine Jasmin Yasmin", "Claire Clare Clair",
        "Deborah Debra", "Jacqueline Jaqueline", "Michelle Michele", "Nicola Nichola", "Gillian Jillian",
        "Teresa Theresa", "Elizabeth Elisabeth", "Eleanor Elinor", "Harriet Harriett", "Charlotte Charlott",
        "Matthew Mathew", "Marcus Markus", "Nicholas Nicolas", "Jonathan Jonathon", "Zachary Zackary",
        "Kieran Kieron",
        "Luca Luka", "Eric Erik", "Mark Marc", "Lewis Louis", "Bryan Brian", "Darren Darran", "Lauren Lauryn",
        "Caitlin Kaitlyn Katelyn", "Megan Meghan", "Ellie Elly", "Maisie Maisy", "Phoebe Pheobe", "Oluwaseun Seun",
        "Adebayo Bayo", "Agnieszka Agneska", "Katarzyna Katarzina", "Nguyen Ngyuen",
    )
)  # fmt: skip
"""Names that one person's records write in several ways."""

NICKNAMES: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(short.split())
    for name, short in {
        "Christopher": "Chris Kit", "Matthew": "Matt Matty", "Michael": "Mike Mick Mikey", "Daniel": "Dan Danny",
        "Thomas": "Tom Tommy", "James": "Jim Jamie Jimmy", "Andrew": "Andy Drew", "Richard": "Rich Rick Dick",
        "Robert": "Rob Bob Bobby", "William": "Will Bill Billy Liam", "David": "Dave", "Stephen": "Steve",
        "Steven": "Steve", "Anthony": "Tony", "Joshua": "Josh", "Benjamin": "Ben", "Samuel": "Sam Sammy",
        "Joseph": "Joe Joey", "Alexander": "Alex Sandy", "Edward": "Ed Ted Eddie", "Nicholas": "Nick Nicky",
        "Jonathan": "Jon Jonny", "Timothy": "Tim", "Gregory": "Greg", "Kenneth": "Ken Kenny", "Peter": "Pete",
        "Charles": "Charlie Chas", "Frederick": "Fred Freddie", "Oliver": "Ollie", "Alfie": "Alf", "Harry": "Haz",
        "Jacob": "Jake", "Zachary": "Zac Zak", "Cameron": "Cam", "Nathan": "Nate", "Patrick": "Pat Paddy",
        "Ronald": "Ron", "Donald": "Don", "Raymond": "Ray", "Lawrence": "Larry", "Terence": "Terry",
        "John": "Jack Johnny",
        "Elizabeth": "Liz Beth Lizzie Betty", "Margaret": "Maggie Peggy", "Patricia": "Pat Trish Tricia",
        "Susan": "Sue Susie", "Deborah": "Debbie Deb", "Jacqueline": "Jackie", "Christine": "Chris Chrissie",
        "Jennifer": "Jenny Jen", "Rebecca": "Becky Becca", "Victoria": "Vicky Vicki Tori", "Samantha": "Sam Sammy",
        "Catherine": "Cathy Kate Cath", "Katherine": "Kathy Kate Katie", "Kathryn": "Kath Kate",
        "Jessica": "Jess Jessie",
        "Charlotte": "Charlie Lottie", "Abigail": "Abi Abbie", "Isabella": "Bella Izzy", "Eleanor": "Ellie Nell",
        "Amelia": "Millie Amy", "Olivia": "Liv Livvy", "Gabrielle": "Gabby", "Danielle": "Dani Dannie",
        "Natalie": "Nat",
        "Nicola": "Nicky Nikki", "Amanda": "Mandy", "Angela": "Angie", "Sandra": "Sandy", "Pamela": "Pam",
        "Barbara": "Barb Babs", "Kimberley": "Kim", "Stephanie": "Steph", "Philippa": "Pippa",
        "Alexandra": "Alex Lexi",
        "Jasmine": "Jas Jaz", "Georgina": "Georgie Gina", "Harriet": "Hattie", "Josephine": "Josie Jo",
        "Joanne": "Jo",
        "Michelle": "Shell", "Tracey": "Trace", "Linda": "Lin", "Valerie": "Val", "Theresa": "Terry Tess",
        "Lucy": "Lu",
        "Emily": "Em Emmy", "Emma": "Em", "Sophie": "Soph", "Megan": "Meg", "Grace": "Gracie", "Ellie": "Ells",
        "Mohammed": "Mo", "Muhammad": "Mo", "Mohammad": "Mo", "Mohamed": "Mo", "Muhammed": "Mo",
        "Abdullah": "Abdul",
        "Abdulrahman": "Abdul", "Ibrahim": "Ibby", "Fatima": "Fati", "Oluwaseun": "Seun", "Oluwatobi": "Tobi",
        "Chukwuemeka": "Emeka", "Chinedu": "Nedu", "Agnieszka": "Aga", "Katarzyna": "Kasia", "Malgorzata": "Gosia",
        "Mateusz": "Matt", "Krzysztof": "Chris", "Piotr": "Peter", "Joao": "John", "Francisco": "Frank Paco",
        "Mehmet": "Memo", "Mustafa": "Mus", "Avraham": "Avrumi", "Yitzchok": "Itzik", "Moshe": "Moishy",
        "Yosef": "Yossi", "Yaakov": "Yanky", "Chaim": "Chaimy", "Rivka": "Rivky", "Esther": "Esty",
        "Rochel": "Ruchy",
        "Chaya": "Chayale", "Gurpreet": "Preet", "Harpreet": "Harry", "Jaswinder": "Jas", "Parminder": "Pam",
    }.items()
}  # fmt: skip
"""Names by which people are known (general knowledge; sdglinkage and nicknames lists cover the same pairs)."""

_MUSLIM_MALE = (
    "Mohammed Muhammad Ali Ahmed Ibrahim Yusuf Omar Hassan Hussain Abdullah Adam Hamza Bilal Imran Usman "
    "Zain Khalid "
    "Tariq Amir Faisal Asif Salman Kamran Nadeem Rashid Saeed Shahid Waqas Zubair Haroon Idris Ismail "
    "Junaid Mustafa "
    "Nasir Rehan Sajid Tahir Umar Yasin Zahid Abdul Arif Farhan Iqbal Jamal Karim Luqman Musa Naveed "
    "Qasim Rizwan Sami "
    "Suleman Taha Wasim Yahya Zakariya Ayaan Rayyan Abdulrahman Anwar Habib Ilyas"
)
_MUSLIM_FEMALE = (
    "Fatima Aisha Maryam Zainab Khadija Amina Sana Sara Hafsa Ayesha Nadia Samina Shazia Rukhsana "
    "Nasreen Farah Saima "
    "Bushra Hina Iqra Javeria Kiran Lubna Mehreen Noor Parveen Rabia Saba Tahira Uzma Yasmin Zara Aleena "
    "Asma Fozia "
    "Huma Inaya Jamila Kulsum Laiba Mahnoor Naila Rehana Safa Sumaya Tasneem Warda Zoya Aaliyah Halima "
    "Hawa Salma Nusrat "
    "Shabana Tasnim Rahima Rehena Sultana Ruksana Shirin"
)
_CHAREDI_MALE = (
    "Moshe Yosef Chaim Avraham Yaakov Dovid Shmuel Yitzchok Menachem Eliyahu Shlomo Mordechai Yehuda "
    "Aharon Binyomin "
    "Naftoli Shimon Levi Yisroel Tzvi Pinchos Boruch Hershel Mendel Nochum Eliezer Asher Meir Yechiel "
    "Zalman Lipa Leib "
    "Arye Shraga Feivel Gershon Uri Simcha Efraim Duvid"
)
_CHAREDI_FEMALE = (
    "Chaya Rivka Sara Rochel Leah Esther Chana Miriam Malka Devorah Faiga Gitty Hinda Yocheved Blima "
    "Shaindel Perel "
    "Raizel Tziporah Bracha Yehudis Basya Bina Chavi Dina Etty Frumet Golda Hendel Idy Kaila Liba Mirel "
    "Nechama Pessy "
    "Ruchy Surie Toby Yitty Zissy"
)
_SIKH = _words(
    "Gurpreet Harpreet Jaswinder Parminder Manpreet Amandeep Sukhdeep Kuldeep Baljit Ranjit Satnam Navdeep"
)
_TURKISH_SURNAMES = (
    "Ak Kara Demir Yilmaz Kaya Celik Sahin Ozturk Aydin Ozdemir Arslan Dogan Kilic Aslan Cetin Kara Koc Kurt Ozkan "
    "Simsek Polat Korkmaz Yildiz Yildirim Erdogan Bulut Gunes Tas Bozkurt Avci Isik Turan Tekin Kaplan "
    "Acar Ates Aksoy "
    "Bayram Sari Coskun Guler Yavuz Can Deniz Tunc Uzun Keskin Ucar Kocak Toprak Duman Ergin Guven "
    "Karaca Karatas Bilgin "
    "Sen Eren Gul Uysal Sever Altun Baran Firat Munzur Zengin Cicek Sonmez Er Ercan Dag Dagdelen Ay Aygun Gok Gokce"
)
_TURKISH_PARTS = (
    _words("Ak Kara Gul Demir Tas Oz Er Bay Can Yil San Tan Alt Boz Kir Sel"),
    _words("kaya demir turk oglu er maz bas tekin soy gun dogan han kan ay tan"),
)
_CHAREDI_SURNAMES = (
    "Cohen Levy Friedman Weiss Klein Schwartz Gross Roth Stern Katz Rosenberg Goldberg Grosz Halpern "
    "Landau Ostreicher "
    "Padwa Spitzer Teitelbaum Berger Braun Deutsch Englander Fischer Gluck Herzog Itzkowitz Jakobovits "
    "Kahan Low Margulies "
    "Neuman Ornstein Pinter Reich Sinitsky Twersky Ungar Weisz Zahn"
)
_CHAREDI_PARTS = (
    _words("Gold Rosen Silber Wein Grun Roth Schwarz Eisen Stein Feld Hirsch Adler Lieb Frei Hoch Licht"),
    _words("berg stein man feld baum blum thal wald er stock farb zweig"),
)
_PAKISTANI = (
    "Khan Hussain Ahmed Ali Mahmood Iqbal Akhtar Shah Malik Hussein Begum Bibi Mirza Butt Chaudhry Raja "
    "Qureshi Sheikh "
    "Aslam Rashid Saleem Zaman Azam Bashir Farooq Ghani Hanif Javed Kauser Latif Majid Nawaz Parvez "
    "Rafiq Sadiq Tariq "
    "Usman Yaqoob Zafar Siddique Ashraf Anwar Mehmood Kiani Jan Dar Abbasi Awan Bhatti Gill Haider Rehman Naz"
)
_CHINESE_SYLLABLES = _words(
    "Wei Min Jun Li Xin Yan Hui Ling Fang Jing Hong Ying Mei Lan Xiao Yu Jie Tao Lei Hao Ning Qing"
)
_VIET_M = "Nam Hung Vu Tu Minh Duc Anh Long Quang Thanh Tuan Dung Hai Khanh Son Huy Phong Kien Bao An"
_VIET_F = "Ngoc Huong Lan Mai Linh Thuy Trang Ha Hanh Hoa Nga Phuong Thao Yen Anh Kim Nhung Van Xuan Bich"
_SIKH_HINDU = (
    "Patel Singh Kaur Shah Sharma Kumar Gill Mistry Desai Joshi Mehta Rao Reddy Nair Iyer Sandhu Dhillon Sidhu "
    "Grewal"
)

_STEMS = _words(
    "Ash Ald All And Arm Ast Bar Bas Bed Bel Ben Ber Bil Birk Black Bol Brad Bram Bran Bray Bren Brom "
    "Brook Bud Bur Cal "
    "Can Car Cas Chad Chal Char Chat Chel Ches Clay Clif Col Coom Corn Cot Cran Crom Cul Dal Dan Dar Den "
    "Der Din Dod Dor "
    "Dray Dun Eas Ed El Ell Em Ens Far Farn Fen Fer Fin Fos Fox Gar Gil God Gor Gos Gran Green Grim Had "
    "Hal Ham Han Har "
    "Has Hat Haw Hay Hed Hel Hen Hes Hil Hin Hol Hor How Hux Il In Kel Ken Ket Kil Kin Kir Lam Lan Lang "
    "Law Lei Lin Lis "
    "Lock Lud Lyn Mal Man Mar Mel Mer Mid Mil Mor Mos Nar New Nor Oak Old Or Os Ot Pad Par Pem Pen Per "
    "Pick Pres Rad Ral "
    "Ram Rat Red Ren Rip Rod Ros Row Rud Rus Sal San Sax Sed Shel Sher Ship Sil Som Stan Star Stav Sut "
    "Swin Tar Thorn Til "
    "Tor Tren Tur Tyl Up Wal War Was Wat Wel Wen Wes Wet Wey Whit Wick Wil Win With Wol Wood Wor Wrag Wy Yar Yel"
)
_LINKS = ("", "er", "ing", "el", "en", "in", "ar")
_ENDS = _words(
    "ley ton ford ham wood worth field by well den don dale burn bury combe cott croft gate grave head "
    "hill hurst land "
    "lock low man mere more ridge row sall shaw side stead ster stock stone thorpe wick win"
)

TAIL_OF_ENGLISH = 0.605
"""Share of people whose surname is none of faker's 500 (its shares sum to 39.5%: `faker en_GB`)."""


@dataclass(frozen=True)
class Pools:
    """Every name there is, and the odds by origin.

    Attributes:
        surnames: by code.
        forenames: by code.
        surname_odds: (origin, gender) to odds over `surname_codes`.
        forename_odds: (origin, gender, cohort) likewise.
        gendered: code of the female form of each surname, itself if it has none.
        spellings: up to four other spellings of each forename, -1 where none.
        nicknames: up to three short forms of each forename, -1 where none.
    """

    surnames: pl.Series
    forenames: pl.Series
    surname_odds: dict[tuple[int, int], tuple[Odds, Any]]
    forename_odds: dict[tuple[int, int, int], tuple[Odds, Any]]
    gendered: Any
    spellings: Any
    nicknames: Any


class _Index:
    """Names in order of first mention, each with one code."""

    def __init__(self) -> None:
        self.code: dict[str, int] = {}

    def codes(self, names: Iterable[str]) -> Any:
        return np.array([self.code.setdefault(name, len(self.code)) for name in names], dtype=np.int64)

    def series(self) -> pl.Series:
        return pl.Series("name", list(self.code))


def fold(name: str) -> str:
    """The name in the letters A-Z that British registers hold: accents off, dotless i dotted."""
    text = name.replace("ı", "i").replace("ł", "l").replace("Ł", "L").replace("ß", "ss").replace("đ", "d")
    text = text.replace("Đ", "D").replace("ø", "o")
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if letter.isascii() and (letter.isalpha() or letter in "-' ")).strip()


def _provider(locale: str) -> Any:
    return import_module(f"faker.providers.person.{locale}").Provider


def _clean(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in map(fold, names) if len(name) > 1))


def zipf(count: int, *, s: float, q: float = 0.0) -> Any:
    """Shares of ranks 1 to count under Zipf-Mandelbrot, summing to one."""
    share = (np.arange(1, count + 1) + q) ** -s
    return share / share.sum()


def _composed(parts: tuple[Sequence[str], Sequence[str]]) -> list[str]:
    return [first + second for first in parts[0] for second in parts[1]]


def _interleaved(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Two lists, commonest first, taken in turn; what stands in both once."""
    turns = [name for pair in zip_longest(one, other) for name in pair if name]
    return list(dict.fromkeys(turns))


def _spread(names: list[str]) -> list[str]:
    """The same names in an order without pattern, the same on every machine."""
    order = np.argsort((np.arange(len(names), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(7))
    return [names[place] for place in order]


def _english_surnames() -> tuple[list[str], Any]:
    known: dict[str, float] = dict(_provider("en_GB").last_names)
    composed = [stem + link + end for link in _LINKS for stem in _STEMS for end in _ENDS]
    scottish = [
        prefix + stem + end for prefix in ("Mac", "Mc", "O'") for stem in _STEMS for end in ("ey", "an", "in")
    ]
    tail = [name for name in _spread(_clean(composed + scottish)) if name not in known]
    ranks = np.arange(501, 501 + len(tail)) ** -0.9
    shares = np.concatenate(
        [
            np.array(list(known.values())) / sum(known.values()) * (1 - TAIL_OF_ENGLISH),
            ranks / ranks.sum() * TAIL_OF_ENGLISH,
        ]
    )
    return [*known, *tail], shares


def _female_form(surname: str) -> str:
    for male, female in (("ski", "ska"), ("cki", "cka"), ("dzki", "dzka"), ("ny", "na")):
        if surname.endswith(male):
            return surname[: -len(male)] + female
    return surname


def _surnames_by_origin() -> dict[str, tuple[list[str], Any]]:
    english = _english_surnames()
    polish = _clean(_provider("pl_PL").male_last_names) + _clean(_provider("pl_PL").unisex_last_names)[:2000]
    lists: dict[str, tuple[list[str], float, float]] = {
        "irish": (_clean(_provider("en_IE").last_names), 0.8, 6),
        "polish": (polish, 0.8, 8),
        "iberian": (_clean([*_provider("pt_PT").last_names, *_provider("es_ES").last_names[:400]]), 0.8, 4),
        "european": (
            _clean([*_provider("fr_FR").last_names, *_provider("it_IT").last_names[:600],
                *_provider("ro_RO").last_names,
                    *_provider("lt_LT").last_names]), 0.6, 4,
        ),
        "nigerian": (_clean([*_provider("yo_NG").last_names_male, *_provider("ig_NG").last_names,
                             *(a + b for a in ("Ade", "Olu", "Ola", "Ogun", "Oye", "Ayo", "Nwa", "Oko", "Chi",
                                 "Uzo")
                               for b in ("yemi", "wole", "tunde", "bayo", "leye", "niyi", "kunle", "dele",
                                   "chukwu", "nna",
                                         "gbemi", "dapo", "sanya", "tola"))]), 0.6, 3),
        "ghanaian": (_clean(_provider("tw_GH").last_names), 0.8, 2),
        "somali": (list(SOMALI), 1.0, 2),
        "pakistani": (_clean([*_PAKISTANI.split(), *_provider("en_PK").last_names]), 1.1, 2),
        "bangladeshi": (list(BANGLADESHI_MEN), 1.2, 1),
        "indian": (_clean([*_SIKH_HINDU.split(), *_provider("en_IN").last_names]), 1.0, 1),
        "chinese": (_interleaved(_clean(_provider("zh_CN").last_romanized_names), CANTONESE), 0.9, 2),
        "vietnamese": (list(VIETNAMESE), 1.35, 0.3),
        "turkish": (_clean([*dict.fromkeys(_TURKISH_SURNAMES.split()), *_composed(_TURKISH_PARTS)]), 0.85, 3),
        "charedi": (_clean([*_CHAREDI_SURNAMES.split(), *_composed(_CHAREDI_PARTS)]), 0.8, 3),
        "other": (list(OTHER), 0.8, 2),
    }  # fmt: skip
    pools = {name: (names, zipf(len(names), s=s, q=q)) for name, (names, s, q) in lists.items()}
    return pools | {"english": english, "caribbean": english, "mixed": english}


def _english_forenames(gender: int) -> dict[int, tuple[list[str], Any]]:
    british = _clean(_provider("en_GB").first_names_female if gender else _provider("en_GB").first_names_male)
    american = _clean(_provider("en_US").first_names_female if gender else _provider("en_US").first_names_male)
    irish = _clean(_provider("en_IE").first_names_female if gender else _provider("en_IE").first_names_male)
    pools = {}
    for place, (cohort, tops) in enumerate(_TOP.items()):
        top = tops[0 if gender else 1].split()
        # A name that led one cohort stays near the top of its neighbours.
        near = [name for other in (place - 1, place + 1) if 0 <= other < len(COHORTS)
                for name in _TOP[COHORTS[other]][0 if gender else 1].split()]  # fmt: skip
        turned = british[place * 20 :] + british[: place * 20]
        names = list(dict.fromkeys([*top, *near, *turned, *_spread(american), *_spread(irish)]))
        head, tail = _SKEW[cohort]
        rank = np.arange(1, len(names) + 1, dtype=np.float64)
        share = np.where(rank <= 100, (rank + 2.0) ** -head, 102.0 ** (tail - head) * (rank + 2.0) ** -tail)
        pools[cohort] = (names, share / share.sum())
    return pools


def _forenames_by_origin(gender: int) -> dict[str, tuple[list[str], Any]]:
    def both(locale: str) -> list[str]:
        provider = _provider(locale)
        return _clean(provider.first_names_female if gender else provider.first_names_male)

    muslim = (_MUSLIM_FEMALE if gender else _MUSLIM_MALE).split()
    indian = [*_SIKH, *both("en_IN")]
    chinese = [
        first + second.lower() for first in _CHINESE_SYLLABLES for second in _CHINESE_SYLLABLES if first != second
    ]
    lists: dict[str, tuple[list[str], float, float]] = {
        "polish": (both("pl_PL"), 0.7, 2), "iberian": (_clean([*both("pt_PT"), *both("es_ES")[:150]]), 0.6, 3),
        "european": (_clean([*both("fr_FR"), *both("it_IT"), *both("ro_RO")]), 0.5, 4),
        "nigerian": (_clean([*both("yo_NG"), *both("ig_NG")]), 0.5, 3), "ghanaian": (both("tw_GH"), 0.6, 3),
        "somali": (muslim, 0.9, 2),
        "pakistani": (_clean([*muslim, *_provider("en_PK").first_names[gender::2]]), 0.95, 3),
        "bangladeshi": (muslim, 0.8, 3), "indian": (indian, 0.6, 4), "chinese": (_spread(chinese), 0.4, 6),
        "vietnamese": ((_VIET_F if gender else _VIET_M).split(), 0.5, 2),
        "turkish": (_spread(both("tr_TR")), 0.75, 6),
        "charedi": ((_CHAREDI_FEMALE if gender else _CHAREDI_MALE).split(), 0.6, 3), "other": (muslim, 0.7, 3),
    }  # fmt: skip
    return {name: (names, zipf(len(names), s=s, q=q)) for name, (names, s, q) in lists.items()}


MOHAMMED_SPELLINGS: Final = {"Muhammad": 3710, "Mohammed": 1615, "Mohammad": 751, "Muhammed": 403, "Mohamed": 272}
"""Boys of 2020 by spelling (`ONS baby names`): the weights with which the spellings of one name share it."""


def _share_spellings(names: list[str], shares: Any) -> tuple[list[str], Any]:
    """Let the spellings of Mohammed take their published parts of the name's whole share."""
    if "Mohammed" not in names:
        return names, shares
    kept = [place for place, name in enumerate(names) if name not in MOHAMMED_SPELLINGS]
    whole = 1 - shares[kept].sum()
    parts = np.array(list(MOHAMMED_SPELLINGS.values())) / sum(MOHAMMED_SPELLINGS.values())
    return [*(names[place] for place in kept), *MOHAMMED_SPELLINGS], np.concatenate([shares[kept], parts * whole])


@cache
def pools() -> Pools:
    """Every pool, built once (a fraction of a second)."""
    surnames, forenames = _Index(), _Index()
    surname_odds: dict[tuple[int, int], tuple[Odds, Any]] = {}
    by_origin = _surnames_by_origin()
    built: dict[int, tuple[Odds, Any]] = {}
    for place, origin in enumerate(ORIGINS):
        names, shares = by_origin[origin.surnames]
        if id(shares) not in built:
            slots = 20 if len(names) > 5_000 else 16
            built[id(shares)] = (odds(shares, log2_slots=slots), surnames.codes(names))
        surname_odds[place, 0] = surname_odds[place, 1] = built[id(shares)]
        if origin.name == "bangladeshi":
            women = list(BANGLADESHI_WOMEN)
            surname_odds[place, 1] = (odds(zipf(len(women), s=1.3, q=1.0)), surnames.codes(women))
    forename_odds: dict[tuple[int, int, int], tuple[Odds, Any]] = {}
    for gender in (0, 1):
        english = {
            cohort: (odds(shares), forenames.codes(names))
            for cohort, (names, shares) in _english_forenames(gender).items()
        }
        others = {}
        for name, pool in _forenames_by_origin(gender).items():
            names, shares = _share_spellings(*pool) if gender == 0 else pool
            others[name] = (odds(shares), forenames.codes(names))
        for place, origin in enumerate(ORIGINS):
            for step, cohort in enumerate(COHORTS):
                forename_odds[place, gender, step] = others.get(origin.forenames) or english[cohort]
    surnames.codes(["Singh", "Kaur"])
    females = surnames.codes([_female_form(name) for name in list(surnames.code)])
    gendered = np.arange(len(surnames.code))
    gendered[: len(females)] = females
    spellings = _alternatives(
        forenames, {a: tuple(b for b in group if b != a) for group in SPELLINGS for a in group}, 4
    )
    nicknames = _alternatives(forenames, NICKNAMES, 4)
    spellings = _padded(spellings, len(forenames.code))
    return Pools(
        surnames=surnames.series(),
        forenames=forenames.series(),
        surname_odds=surname_odds,
        forename_odds=forename_odds,
        gendered=gendered,
        spellings=spellings,
        nicknames=_padded(nicknames, len(forenames.code)),
    )


def _alternatives(index: _Index, table: dict[str, tuple[str, ...]], most: int) -> Any:
    pairs = [(name, others) for name, others in table.items() if name in index.code]
    rows = {index.code[name]: index.codes(others[:most]) for name, others in pairs}
    out = np.full((len(index.code), most), -1, dtype=np.int64)
    for code, others in rows.items():
        out[code, : len(others)] = others
    return out


def _padded(table: Any, rows: int) -> Any:
    return np.concatenate([table, np.full((rows - len(table), table.shape[1]), -1, dtype=np.int64)])

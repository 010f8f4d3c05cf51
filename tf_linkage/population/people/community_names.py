"""Surnames of communities for which faker has no list, in the romanised spellings of British registers.

The names, commonest first. The lists are general knowledge, not checked against a register (A).
"""

from __future__ import annotations

from typing import Final


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(lines).split()))


def _composed(stems: str, ends: str) -> tuple[str, ...]:
    return tuple(stem + end for stem in stems.split() for end in ends.split())


SOMALI: Final = _words(
    "Mohamed Ali Ahmed Hassan Abdi Ibrahim Omar Hussein Yusuf Osman Farah Warsame Jama Adan Aden",
    "Isse Nur Abdullahi",
    "Muse Salah Elmi Abukar Sheikh Dahir Hersi Guled Duale Mire Roble Samatar Barre Gedi Egal",
    "Awale Shire Abdirahman",
    "Abdulkadir Abdikarim Abdinasir Abdirashid Abdisalan Abdiweli Abdiaziz Abdulle Afrah Ainashe",
    "Artan Ashkir Ayanle",
    "Bashir Bile Botan Burale Dalmar Deeq Diriye Dirie Dualeh Fahiye Farole Galaydh Geele Ghedi Gelle Godane Gure",
    "Gurey Haji Halane Hared Hashi Hirsi Idle Igal Ileye Iman Isaaq Ismail Issa Jimale Jibril Kahin Kahiye Kariye",
    "Keynan Khalif Khayre Kulmiye Liban Madar Magan Mahad Mahamud Mahamoud Matan Mohamud Moallim Mumin Nuh Nuriye",
    "Obsiye Odowa Olad Omaar Qasim Qalinle Rage Robleh Saeed Said Sahal Samantar Shirdon Shirwa Siyad Sugulle",
    "Suleiman Tahlil Tarabi Ugas Waberi Warfa Wehliye Yabarow Yassin Yonis Yussuf Zakaria Musse Nour Saleh Ahmad",
    "Abdallah Hussain Haybe Bulhan Cige Gaas Ducale Aweys Sharif Mukhtar Hamud Wais Gabow Barkhadle Buh Shuriye",
    "Guuleed Hayir Xasan Cumar",
)
"""A Somali surname is the grandfather's forename, so the pool is that of men's names."""

BANGLADESHI_MEN: Final = _words(
    "Miah Uddin Ali Ahmed Rahman Hussain Islam Khan Chowdhury Hoque Alam Choudhury Haque Kamal Karim Malik Ullah",
    "Abedin Akand Akond Alamgir Amin Anam Ansari Anwar Arefin Ashraf Aziz Azad Badsha Bakth Bari",
    "Barua Basak Bhuiyan",
    "Bhuiya Biswas Dewan Das Deb Dey Fakir Farook Faruk Faruque Ferdous Gazi Ghosh Gofur Goni Habib Hafiz Haider",
    "Hakim Halim Hamid Hannan Haroon Harun Hasan Hashem Hassan Huda Imam Jabbar Jalil Jamil Kabir Kader Kalam Kazi",
    "Khalique Khondaker Kibria Koyes Laskar Latif Mahbub Mahfuz Mahmud Mahmood Majumder Majumdar",
    "Malek Mannan Mashud",
    "Matin Mazumder Mia Molla Mollah Mondal Monir Morshed Mostafa Motin Mukit Munim Munshi Muhith",
    "Mustafa Nabi Nath",
    "Nazrul Noor Nur Paul Patwary Pramanik Quader Quadir Quayum Rab Rahim Rashid Rasul Razzak Rob Roy Saha Salam",
    "Salim Samad Sarkar Sarker Sattar Selim Shah Shahid Shaikh Shamim Shikdar Sheikh Siddique",
    "Siddiqui Sikder Sobhan",
    "Subhan Syed Tafader Talukdar Talukder Tarafder Tareq Wadud Wahab Yousuf Zaman Mukith Taher Toimus Jaman Rouf",
)
BANGLADESHI_WOMEN: Final = _words(
    "Begum Khatun Akhtar Khanom Bibi Sultana Ahmed Rahman Islam Khan Chowdhury Hussain Choudhury Nessa Ali Akter",
    "Akther Aktar Ara Banu Parvin Parveen Yasmin Jahan Khanam Nahar Siddika Siddiqa Ferdousi Rahana Shultana Bewa",
    *BANGLADESHI_MEN,
)
"""Women mostly bear a title of their own (Begum, Khatun, Bibi) and not the father's or husband's last name."""

CANTONESE: Final = _words(
    "Chan Cheung Wong Lam Leung Lau Ng Ho Kwok Kwan Cheng Chow Chung Choi Chiu Fung Fong Ip Yip Lee Lai",
    "Law Mak Mok",
    "Ngai Poon Pang Siu So Sung Tam Tse Tsang Tsui Tong Tsoi Wan Yeung Yau Yuen Yung Hui Hung Kong Koo Kam Lui Luk",
    "Mui Pun Shum Sin Szeto Tai To Wai Woo Au Auyeung Chin Chui Fan Hau Kan Lo Mo Pak Shek Ting Tung Yam Chu Yan",
)
"""Chinese families who came by Hong Kong write their names the Cantonese way; faker has the Mandarin forms."""

VIETNAMESE: Final = _words(
    "Nguyen Tran Le Pham Hoang Huynh Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly Dinh Lam Truong Mai Chau Cao Chu Dao",
    "Doan Diep Giang Ha Hua Kieu La Luong Luu Luc Ma Mac Mach Nghiem Ong Phung Quach Quan Ta Tang Thach Thai Than",
    "To Ton Tong Trinh Trieu Tu Van Vien Vuong Kha Khuu Lai Lieu Nong Phi Phu Tieu Ung Bach Dam Dau",
    "Giap Hong Khong",
)
"""The one community here that really has few surnames: about a third are Nguyen and some fourteen names cover nine
in ten people. A longer list would be untrue; the coincidences are the hard case."""

OTHER: Final = _words(
    "Ali Ahmed Hassan Mohammed Ibrahim Saleh Abdullah Hamad Mansour Khalil Haddad Nasser Farouk Saad Aziz Karimi",
    "Ahmadi Rahimi Noori Safi Popal Amiri Hosseini Rezai Jafari Haidari Osman Bakr Idris Elamin Tesfay Gebre Haile",
    "Kidane Berhane Tekle Woldu Habte Mehari Kifle Desta Alemu Bekele Girma Tadesse Negash Asfaw Abebe Mulugeta",
    "Yohannes Solomon Araya Weldemichael Mengistu Ahmadzai Stanikzai Yousafzai Orakzai Popalzai Barakzai Achakzai",
    "Noorzai Sherzai Hotak Wardak Zadran Sahak Sultani Rasuli Mohammadi Ebrahimi Hamidi Sharifi",
    "Qaderi Azizi Yusufi",
    *_composed("Hassan Mohammad Ali Karim Rahim Ghasem Hossein Jafar Amin Nouri", "zadeh pour nejad ian"),
    *_composed("Al-", "Hassan Saadi Jabouri Obaidi Khatib Masri Shami Hakim Tamimi Bayati Rubaie Zubaidi Sayed"),
    "Aboud Abbas Awad Darwish Fadel Ghanem Hamdan Issa Jaber Kassem Latif Mahdi Najjar Qassim Rahman Salim Taleb",
    "Younis Zaki Bilal Sabri Shaker Hadi Mustafa Rashid",
)
"""Arab, Afghan, Iranian, Eritrean and Ethiopian names."""

"""Where every figure of the simulated world comes from: short key to full source.

One entry for each source that a rate, an error rate or a target cites.

A citation reads `Key: what it says; Key, Key: what they say`. `A` marks an assumption of ours. Where a key follows
an `A`, the assumption is anchored to that source and not taken from it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

SOURCES: Final[dict[str, str]] = {
    "A": "Assumption of this project, without a published figure; published so that it can be argued with",
    # families and moves
    "ONS families 2011": (
        "ONS, families and stepfamilies in England and Wales, 2011 Census: 6.77 million families with dependent "
        "children, 1.95 million lone parents (28.8%), 544,000 stepfamilies (11% of couple families)"
    ),
    "ONS births": (
        "ONS, birth characteristics: multiple maternities 13.7 (2021), 14.6 (2022), 16.1 (2011, 2015) per 1,000 "
        "maternities"
    ),
    "Census moves 2001": (
        "ONS, Census 2001: 1 in 8 people changed address in the year, nearly 1 in 5 unemployed, over a third at "
        "20-24, 3.6% in the late sixties and seventies"
    ),
    "English Housing Survey 2022": (
        "Census 2011 and English Housing Survey 2022: households under a year at their address 9.2% in 2011, "
        "7.9% in 2022"
    ),
    "Stability Index": (
        "Children's Commissioner, Stability Index, and DfE: about 1 looked-after child in 10 has two or more "
        "placement changes a year; about 63% placed inside their authority (2013)"
    ),
    "ECHILD": (
        "ECHILD documentation: the National Pupil Database leaves out independent schools (about 7% of children) "
        "and home education"
    ),
    "Asylum birthdays 2009": (
        "Immigration records reported by the Telegraph and the Mail, 2009: 21,652 entries of 2007 born on 1 "
        "January, 1 in 25; 1 in 7 asylum seekers"
    ),
    "pseudopeople 1.3.1": (
        "University of Washington IHME, pseudopeople 1.3.1, documentation: about 5% of children share a "
        "relative's forename"
    ),
    # the programme
    "Programme 2015-20": (
        "Supporting Families programme evaluation 2015 to 2020, gov.uk, 31 January 2022: up to 400,000 families"
    ),
    "Family Survey": (
        "Ipsos MORI for DCLG, Family Survey part 1, as summarised by Interface Enterprises: households of 4 "
        "people, 61% aged 18 or under, 56% lone parents"
    ),
    "National evaluation 2019": (
        "MHCLG, national evaluation of the Troubled Families Programme 2015-20, findings as reported by Family "
        "Law Week, 2019: looked after 2.5% against 1.7%, adult custody 1.6% against 1.2%, juvenile custody .8% "
        "against .5%, juvenile convictions 4.6% against 3.9%"
    ),
    "Phase 1 monitoring 2014": (
        "DCLG, monitoring of 8,447 families in 133 authorities, July 2014, as reported by Children and Young "
        "People Now: 29% domestic abuse, 46% mental health problems, 40% three or more children"
    ),
    # crime and care
    "ALSPAC police records": (
        "ALSPAC linked to police records (PMC10403744): 14% linked by about age 30, three in four men"
    ),
    "ONS youth justice 2022": (
        "ONS, The education and social care background of young people who interact with the criminal justice "
        "system, May 2022: custody 1.5% (92.6% men), caution or other sentence 12.2% (68.6% men); persistent "
        "absence 52.5, 35.9 and 10.9%, exclusion 72.2, 50.3 and 9.0% by group; of those in custody 41.7% ever in "
        "need, 17.6% ever looked after"
    ),
    "Born in 1953": (
        "BEYOND Youth Custody on Home Office cohorts: of men born in 1953 convicted by 15, 20, 30 and 40: 8, "
        "20, 31 "
        "and 34%"
    ),
    "Offenders and schools 2022": (
        "DfE and MoJ, Education, children's social care and offending, 2022, pupils of key stage 4 in 2012/13 to "
        "2017/18: 128,277 of 3,165,037 cautioned or sentenced by about 18, 77% male; ever persistently absent "
        "81% of "
        "offenders, 45% of all; ever suspended 72 and 14%; ever in need 45 and 11%; free meals 69 and 35%"
    ),
    "Prolific offenders 2000-16": (
        "Ministry of Justice, prolific offenders 2000 to 2016, as quoted by O'Brien: 9% of offenders, 52% of "
        "convictions; 79% of adult prolific offenders began at 10-17"
    ),
    "Youth justice statistics": (
        "Youth Justice Board, annual statistics 2013/14 to 2019/20: first-time entrants 22,648 (2013/14), 20,544, "
        "16,500 (2016/17), 11,900 (2018/19), 85% down in ten years; custody population 1,037 (2014/15), 780 "
        "(2019/20)"
    ),
    "First-time entrants 2019": (
        "Ministry of Justice, first-time entrants 2019: 104,400, of them 11% children; adults 52% down in ten years"
    ),
    "Criminal justice statistics": (
        "Ministry of Justice, criminal justice statistics 2018 and 2019: custody 7 and 6% of all sentenced, 33 "
        "and 32% "
        "for indictable offences; mean sentence 17.3 and 18.9 months"
    ),
    "Proven reoffending 2011-18": (
        "Ministry of Justice, proven reoffending: 26.2% within a year (July 2011 to June 2012), 28.1% (October to "
        "December 2018), 2.9 reoffences each"
    ),
    # care
    "Children in need 2019": (
        "DfE, characteristics of children in need: 399,500 in need on 31 March 2019 (340 per 10,000), 52,300 on "
        "plans (44), "
        "66,700 plans begun, 20.8% second or later; referrals within 12 months of another 22.6%; in need less "
        "than 3 months "
        "27.9%, over two years 31.5%"
    ),
    "Looked after 2019": (
        "DfE, children looked after in England: 78,100 on 31 March 2019 (66 per 10,000), 31,800 began in the year"
    ),
    "Councils 2016-19": (
        "DfE, local authority interactive tool: medians by type of council, 2019, per 10,000 children: in need "
        "inner "
        "London 440, metropolitan 402, unitary 333, county 282; looked after 68, 92, 69, 56; plans 39, 57, 45, 37; "
        "first-time entrants per 100,000 in 2016: 496, 349, 313, 304"
    ),
    # school
    "Absence 2016/17": (
        "DfE, pupil absence in schools in England: sessions missed 5.26% (2012/13), 4.51, 4.62, 4.57, 4.65 "
        "(2016/17), "
        "4.81, 4.73; by year group from 3.9 (year 3) to 6.2% (year 11); free meals 7.26 against 4.19%; "
        "persistent 10.8%; "
        "primary terms 3.9, 4.1, 4.2, secondary 5.0, 5.4, 5.8%"
    ),
    "Exclusions 2016/17": (
        "DfE, permanent and fixed-period exclusions: 4.76 per 100 pupils, boys 6.91, girls 2.53; 14.5 at 14, "
        "8.8 at 15; "
        "one in the year for 59.6% of suspended pupils (2015/16); one day 45.7%; free meals 12.54 against 3.50"
    ),
    "Birth month": (
        "DfE, month of birth and education (RR017): autumn ahead of summer by 24 points at the early years "
        "profile, 8 at "
        "key stage 2, 6 at key stage 4; edcentral: key stage 1 reading September 76, August 57%"
    ),
    "Key stages 1 and 2": (
        "DfE, local authority interactive tool: key stage 1 expected standard 2016-2019 reading 74, 76, 75, 75, "
        "writing "
        "65, 68, 70, 69, maths 73, 75, 76, 76%; key stage 2 all three 54, 62, 65, 65%"
    ),
    "Key stage 4 2018": "DfE, key stage 4 in 2018: English and maths at 9-4 girls 68.1%, boys 60.5%",
    # work
    "Benefit durations 2013": (
        "DWP, benefit durations, March 2013: 8% of working age on benefit for at least three of four years"
    ),
    "DWP statistics": (
        "DWP quarterly statistical summaries: ESA and incapacity benefits 2.47 million in May 2016; JSA 536 "
        "thousand in "
        "May 2016, 251 in February 2019; DLA 3.2 million in December 2012, 1.679 in February 2019; PIP 2.114 "
        "million in "
        "February 2019; Universal Credit 590 thousand in August 2017, 1.9 million in April 2019, 31-39% of them "
        "in work; "
        "lone parents on Income Support 546 thousand in August 2012, 416 in May 2016"
    ),
    "Claimant count": (
        "ONS, claimant count of the United Kingdom, yearly means in thousands (series AGLX): 2012 1,582; 2013 "
        "1,418; "
        "2014 1,034; 2015 796; 2016 772; 2017 795; 2018 900; 2019 1,133"
    ),
    "JSA durations 2009": (
        "House of Commons Hansard, 2 February 2009: over half of JSA claims end within 3 months, about three "
        "quarters "
        "within 6; 54% of starters had claimed before"
    ),
    "Universal Credit timetable": (
        "Revenue Benefits and Turn2us on the roll-out of Universal Credit: from 29 April 2013 in pilots, "
        "singles nearly "
        "everywhere from February 2015, full service May 2016 to December 2018"
    ),
    "PIP timetable": (
        "Turn2us, CPAG and Motability on PIP: new claims from June 2013, reassessment from October 2013 on a "
        "change and "
        "from July 2015 for the rest, only those of 16 to 64 on 8 April 2013; 450,000 of all migrants expected "
        "to lose"
    ),
    "State pension age timetable": (
        "Turn2us and Kerr Henderson, state pension age: women from 60 to 65 by November 2018, both sexes to 66 by "
        "October 2020"
    ),
    "Families and work 2014": (
        "ONS, families in the labour market, 2014: lone mothers in work 62.3%, mothers of 25-64 in work 71.6%"
    ),
    "Employment rates": (
        "ONS labour market statistics: employment rate of 16-64 72.0% (late 2013), 73.0% (late 2014), 73.4% "
        "(spring 2015)"
    ),
    "Offenders and benefits 2014": (
        "MoJ, DWP and HMRC data share, 2014: 54% of released prisoners claim an out-of-work benefit after a "
        "month, 42% "
        "after two years; 41% had a claim a month before"
    ),
    "ASHE 2015-18": (
        "ONS, annual survey of hours and earnings: median weekly pay of full-time jobs 527 (2015), 539, 550, "
        "569 (2018); "
        "part-time 177 (2016), 182 (2017); gap between the sexes 9.6, 9.4, 9.1%"
    ),
    "ASHE 2013 by age": (
        "ONS, annual survey of hours and earnings 2013 as shown by pocketpence: full-time a week 16-17 156, "
        "18-21 men 299, "
        "women 276, 22-29 420, men 40-49 638, women 30-39 533, all men 556, women 459"
    ),
    "Minimum wage table": "PolicyEngine UK, parameters of HMRC: minimum wage by age, October 2012 to April 2020",
    "ONS births 2012-19": ("ONS, births in England and Wales: 729,674 (2012), 657,076 (2018), 640,370 (2019)"),
    # names
    "Electoral Register 1996": (
        "Surnames of the Great Britain Electoral Register 1996 (homepages.newnet.co.uk/dance): Smith 1.20%, "
        "Jones .90%"
    ),
    "faker en_GB": (
        "faker 40.54, en_GB surnames with ONS shares: 500 names, 39.51% of people, Smith 1.15%, the hundred "
        "commonest 20.8%"
    ),
    "ONS surnames": (
        "ONS surnames as packed in sdglinkage 0.1.0 (Zhang, Harron, Goldstein, Boyd, Gilbert, 2020): 8,432 "
        "names, effective number 865"
    ),
    "ONS baby names": (
        "ONS baby names of England and Wales as packed in ukbabynames 0.3.0: ten commonest girls' names 20.6% "
        "(1996), 14.0% (2008), 9.4% (2020)"
    ),
    # how records err
    "ALSPAC 2024": (
        "Lam, Boyd, Linacre, Blackburn, Harron, International Journal of Population Data Science 9(1) 2389, "
        "2024: one person's surnames disagree between two collections in 18%, forenames in 12%; by maternal age "
        "and ethnicity"
    ),
    "HES and PDS 2017": (
        "BMC Medical Research Methodology 17:23, 2017, table 1: sex or date of birth wrong or missing in .11% of "
        "records, postcode different in 53%"
    ),
    "HES chance matches": "PMC4545352, table 3: 40% had not registered with a new GP six months after moving",
    "HESID 2015": "BMJ Open 2015 e008118: .2% false matches (176 of 77,810), 4.1% missed",
    "NPD-HES 2021": (
        "Libuy and others, International Journal of Population Data Science 1671, 2021: 95% linked, fewer of "
        "ethnic minority and deprived pupils"
    ),
    "Census to DWP 2021": (
        "ONS, Census 2021 linkage to DWP master key and encrypted NINo: 96.7% matched, precision 99.87%, recall "
        "99.86%"
    ),
    "Census to PDS 2021": (
        "ONS, Census 2021 to Personal Demographics Service linkage report: 95.75% linked; fewest of men, 20-29, "
        "minorities, London"
    ),
    "ISMIE": (
        "Jenkins and others, linkage of the ISMIE survey to DWP records: 73.7% matched, 15 people with two NINOs "
        "(2.5% of the matched)"
    ),
    "PNC names": (
        "Parliamentary answers on the Police National Computer, 1996, 2009 and 15 December 2014: the name filed "
        "is that of the first event; aliases are added, NINO where known"
    ),
    "Council addresses 2026": (
        "Lam, address-errors 0.1.1, profile 3, 2026: about 6% of council addresses touched, 12.9% in Cornwall; "
        "nearly all harmless variation"
    ),
    "Damerau 1964": (
        "Damerau 1964, as quoted in Febrl: of errors 59% substitute, 16% delete, 10% insert, 2% transpose, 13% "
        "several"
    ),
    "Pollock and Zamora": (
        "Pollock and Zamora, as quoted in Febrl: the first letter is wrong in 7.8% of misspellings"
    ),
    "HMRC NIM39110": (
        "HMRC, National Insurance Manual NIM39110: prefixes never allocated; temporary numbers no longer used"
    ),
    # linkages that are predictions
    "IER 2014": (
        "Individual Electoral Registration, written ministerial statement of 21 October 2014 and parliamentary "
        "question 215316: 78% matched in the dry run, 79.5% live"
    ),
    "PNC-NPD": (
        "ONS, links between young people being imprisoned, pupil background and school quality, quoting DfE's "
        "technical note: 77% of offenders matched"
    ),
}
"""Key: author or body, title, year, and the figure as found."""


def keys_of(citation: str) -> tuple[str, ...]:
    """The keys that a citation names."""
    heads = [part.partition(":")[0] for part in citation.split(";")]
    return tuple(key.strip() for head in heads for key in head.split(","))


def in_full(citation: str) -> str:
    """The citation with each key spelt out; every key must be in SOURCES."""
    notes = [note.strip() for part in citation.split(";") if (note := part.partition(":")[2])]
    spelt = " | ".join(dict.fromkeys(SOURCES[key] for key in keys_of(citation)))
    return f"{'; '.join(notes)} [{spelt}]" if notes else spelt


def source_table() -> pl.DataFrame:
    """Every source: columns key, source."""
    return pl.DataFrame(list(SOURCES.items()), schema={"key": pl.String, "source": pl.String}, orient="row")

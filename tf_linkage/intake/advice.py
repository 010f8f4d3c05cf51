"""What a sender can do about each refusal, by words of it."""

from __future__ import annotations

from collections.abc import Iterable

TO_DO = (
    (
        "neither uses nor ignores",
        "name the columns in the mapping, or put them under ignore: they then stay with you",
    ),
    (
        "lacks what the mapping names",
        "the file's header changed: correct the names in the mapping, or draft a new one",
    ),
    ("spelling that the mapping does not have", "add the spelling under [codes.<column>] with the contract's code"),
    (
        "word in a list that the mapping does not have",
        "add the word under [list.codes] with the contract's code, or with  where it is none of them",
    ),
    ("codes of", "say under [[list]], as order, which code counts where a cell has two of one column"),
    ("known to neither", "add the spelling under one of the two [codes...]"),
    ("nothing to", 'give it a code under one of these [codes...], or "" under each of them'),
    (
        "and its label says",
        "code and label contradict each other; ask those who run your system which is meant, and export it anew, "
        "or map whole spellings under [codes.<column>], without [label]",
    ),
    (
        "another label",
        "a code has several labels: map whole spellings under [codes.<column>], without [label]",
    ),
    ("two digits", "export the column again with years of four digits; nobody can tell 1920 from 2020 by 20"),
    ("not a date", "give the form in which the column is written under [dates], or mend the cell"),
    ("a time of day", "if times are meant, they are more than the contract takes; export the day alone"),
    ("neither yes, no nor blank", "add the mark to yes or no of the flag, or to missing"),
    ("not a number", "say under [numbers] how numbers are written, or mend the cell"),
    ("unknown code", "map the spellings under [codes.<column>]"),
    ("no code with a label", "not every cell is `CODE - label`; map its spellings under [codes.<column>]"),
    (
        "the cell is blank",
        "the contract needs a value in every row: look at the rows in your system; or, where it is written once "
        "for several rows, name its column under fill_down",
    ),
    ("after the day", "a slip, or what your system writes for an open end: put that under [missing]"),
    ("after the extract", "a slip, or what your system writes for an open end: put that under [missing]"),
    ("before it starts", "look at the two days in your system"),
    ("below the least value", "a placeholder, or a slip; put placeholders under [missing]"),
    (
        "more than one row with the same",
        "the file has several rows for one person: choose one with [choose]; rows that say the same are copies: "
        "take them out of the file, or leave out what marks them with [[leave_out]]",
    ),
    ("say trim = true", "keys must be the same in every file; export them without blanks, or say trim = true"),
    (
        "blanks around a key",
        "keys must be the same in every file; export them without, or name them under trim",
    ),
    (
        "fill_down",
        "name first the column that holds the number of a family or a person and is filled in the first row of "
        "each, then the columns that are written with it",
    ),
    (
        "merged cells",
        "unmerge the cells in the workbook and fill each of them; or, where the first of several rows speaks for "
        "those below it, name the column under fill_down",
    ),
    ("never calculated", "open the workbook in its own program, let it calculate, and save it"),
    (
        "no such column",
        "remove the column, or map the file: draft-mapping writes the mapping",
    ),
    ("header is missing", "put the names above the data, or map the file: draft-mapping writes the mapping"),
    ("although service_received", "look at the family in your system: was a service received or not?"),
    (
        "fewer fields",
        "a line break stands in a cell that is not quoted, the file was cut off, or titles stand above the header "
        "(say header_row) or totals below the data (say footer); else export the file again",
    ),
    (
        "more fields",
        "a separator stands in a cell that is not quoted; or a title above the header was taken for it: say "
        "header_row under [file]; else export the file again",
    ),
    ("packed by gzip", "give the file the ending .gz, or unpack it"),
    ("is a workbook", "give the file the ending .xlsx and a mapping, or save it from its program as CSV UTF-8"),
    ("UTF-16 text", 'save the file as CSV UTF-8; or map it, with encoding = "utf-16" under [file]'),
    ("has no name", "name the column in the file's header, or take it out; marks at the end of a line add columns"),
    ("power of ten", "format the column as text before you open or export it, and export it again"),
    ("separated by", "say so under [file], as delimiter"),
    ("UTF-8", "save the file as CSV UTF-8; or map it, and say under [file] in which encoding it is written"),
    ("repeat others whole", "export the file again; it holds rows twice"),
    (
        "in one family",
        "the family's dates differ between its members: look at the family in your system; or, where they are "
        "written once for all of it, name their column under fill_down, after the family's number",
    ),
    (
        "two or more problems",
        "families of the study have two or more of the six problems: look first at codes that the mapping leaves "
        "blank and at problems that it has under absent or ignore; then leave out families that have fewer",
    ),
    ("hidden; show all columns", "show all columns of the sheet, or say hidden = 'read' under [file]"),
    ("columns are hidden", "show all columns of the sheet, or say hidden = 'read' under [file]"),
    ("column is hidden", "show all columns of the sheet, or say hidden = 'read' under [file]"),
    ("hidden", "show all rows of the sheet, or say hidden = 'read' under [file]"),
    ("error cell", "mend the formula in the workbook"),
    ("the mapping leaves out what it lists", "put the list next to the file, called as the mapping calls it"),
    ("list of what is left out", "list the keys alone, one a line"),
    ("the mapping looks up", "put the second file next to the first, called as the mapping calls it"),
    ("in three columns", "look at the three cells in your system, or at the columns named under [parts]"),
    ("pads to", "say the right width under [pad]"),
    ("does not begin as UTF-16", "leave encoding out under [file]"),
    ("not windows-1252 text", "say under [file] in which encoding the file is written"),
    ("none of the mapping's columns", "say under [file], as header_row, on which line the columns' names stand"),
    ("there is no row ", "say under [file], as header_row, in which row the columns' names stand"),
    ("no row begins on line", "say under [file], as header_row, on which line the columns' names stand"),
    ("no names of columns", "say under [file], as header_row, in which row the columns' names stand"),
    ("have the same name", "give each column a name of its own, or export the file without the second"),
    ("right of the header", "name the column in the header, or empty the cells next to the table"),
    ("visible; name the sheet", "say under [file] which sheet holds the table"),
    ("no sheet of the name", "correct the sheet under [file]"),
    ("when unpacked", "send the table alone, without other sheets, pictures or formatting"),
    ("file is empty", "export the file again"),
    ("there are no rows", "export the file again, with its rows"),
    (
        "the column is missing",
        "add the column, blank where you have nothing; or map the file, with it under absent",
    ),
    (
        "column la_code: not of the form",
        "write the code of your own council, such as E09000012 of Hackney; draft-mapping fills it in by --sender",
    ),
    ("set.la_code", "draft-mapping fills the code in by --sender, the council's name"),
    ("not of the form", "compare the column with the contract, which export-contracts writes"),
    ("above the greatest value", "a slip, or another unit; look at the cell in your system"),
    ("against the rule", "look at the rows in your system; the contract's rule holds of every family or spell"),
    (
        "the person's birth",
        "see whether keys slid against their people when the files were made; else mend the days",
    ),
    ("outside the days", "send the families of the study's days; or see whether days and months are turned round"),
    ("no row lies in the years", "draw the file for the years that the study asks about"),
    ("in the two years before", "draw the file again, as of the day of the extract"),
    ("has it", "draw both files from one extract, with the same keys"),
    ("of the rows are blank", "draw the file again, with the days"),
    ("a field of more than", "a quote is missing before it, or a file stands in a cell; look at the line"),
    ("are like others", "export the file again; it holds rows twice, under other keys or with other amounts"),
    ("are blank in every row", "export the file again, with names, births and addresses"),
    ("was cut off", "export the file again, whole; if it is, end its last line"),
    ("what systems write for", "find the keys in your system; leave out rows that have none with [[leave_out]]"),
    ("hold one value", "look at the column in your system, and whether the mapping has the right one"),
    ("which sends the file", "set the code of your own council under [set], or send the file as whose it is"),
    ("in files of several senders", "each sender's mapping sets its own council's code"),
    ("holds ", "write the column in the contract's type, which export-contracts gives, or all of it as text"),
    ("footer", "say under [file] with which words the rows below the data begin"),
)
"""Words of a refusal: what the sender can do about it."""


def to_do(refused: Iterable[str]) -> tuple[str, ...]:
    """What a sender can do about some refusals, each advice once, in their order."""
    advice = [next((say for words, say in TO_DO if words in line), "") for line in refused]
    return tuple(dict.fromkeys(say for say in advice if say))

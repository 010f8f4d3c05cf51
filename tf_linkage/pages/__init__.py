"""Pages and pictures that open offline: charts as SVG, pieces of HTML, one style sheet.

Belongs here: what any page of the house is made of. Does not belong here: what a page says; that is its room's.
"""

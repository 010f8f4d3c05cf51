"""Pages and pictures that open offline: charts as SVG, pieces of HTML, one style sheet.

What any page of the house is made of.
"""

"""`python -m tf_linkage`: the commands of `cli`, and those that need the data folder of a study."""

import sys

from tf_linkage.cli import main
from tf_linkage.defs.carrying_command import add_carrying
from tf_linkage.defs.review_command import add_review

if __name__ == "__main__":
    sys.exit(main(also=[add_review, add_carrying]))

"""`python -m tf_linkage`: the commands of `cli`, and those that need the data folder of a study."""

import sys

from tf_linkage.cli import main
from tf_linkage.cli.packages import add_packages
from tf_linkage.cli.review import add_review

if __name__ == "__main__":
    sys.exit(main(also=[add_review, add_packages]))

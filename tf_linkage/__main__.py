"""`python -m tf_linkage`: the command `tf-linkage`."""

import sys

from tf_linkage.cli import main

if __name__ == "__main__":
    sys.exit(main())

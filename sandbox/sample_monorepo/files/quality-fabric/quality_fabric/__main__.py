"""`python -m quality_fabric`."""

import sys

from quality_fabric.command import main

sys.exit(main())

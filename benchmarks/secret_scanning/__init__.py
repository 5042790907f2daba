"""Secret scanners compared: how many planted secrets they find, how many decoys they report, and how long it takes."""

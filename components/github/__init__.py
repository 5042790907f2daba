"""GitHub as the program meets it: the connection, what is there already, and what it would refuse."""

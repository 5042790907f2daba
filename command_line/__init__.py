"""The `./multirepo` command.

`__main__` starts one command; nothing of ours imports this folder.
"""

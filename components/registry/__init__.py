"""The private package registry: one contract, and the kinds that fulfil it.

contract       what the rest of the stack knows of a registry
devpi          a devpi-server: its users, its index, a token for each repository that reads or publishes
container      that server, where the stack makes it too, in image/
codeartifact   AWS CodeArtifact: a domain, and a role for each repository that reads or publishes
aws_policies   the policy documents of those (pure)
devpi_operations  what their providers do in their own process

It must not know which packages there are.
"""

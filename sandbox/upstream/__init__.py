"""A second check of the sandbox: the acceptance tests of GitHub's Terraform provider, run against it.

They ship in the provider's Go module, and drive it through OpenTofu. Both programs are built from Go modules
pinned in opentofu/ and provider/, once, into the user's cache; that takes about 6 minutes on 2 cores.

    ./multirepo test --upstream [RESOURCE ...]
"""

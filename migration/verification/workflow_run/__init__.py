"""The jobs of a repository's own workflows, run on this machine.

documents     workflow files: triggers, order of jobs, matrices, expressions, conditions
job_run       the steps of one job
substitutes   local equivalents of what GitHub's runners bring
runner        all jobs of a workflow

It must not know the checks.
"""

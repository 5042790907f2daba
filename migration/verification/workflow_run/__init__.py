"""The jobs of a repository's own workflows, run on this machine.

workflow_files   triggers, order of jobs, matrices, expressions, conditions
substitutes      local equivalents of what GitHub's runners bring
job_run          the steps of one job
runner           all jobs of a workflow

It must not know the checks.
"""

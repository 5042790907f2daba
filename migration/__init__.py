"""The flow of a migration, in the order in which the stages run.

1. plan           migration.yaml, read and checked whole
2. desired_state  what must exist, from the plan and the stage of each wave (pure)
3. code_move      the history of one monorepo becomes that of many repositories
4. packages       manifests, versions and publishing
5. transforms     what the plan changes in the newest files
6. cutover        the monorepo's folders afterwards, and the way back
7. verification   what was moved, compared with what was planned

A stage imports only the stages before it; `tests/test_layout.py` holds it so.
"""

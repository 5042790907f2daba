"""From the resource's properties to what the monorepo has to become."""

from itertools import permutations

from components.monorepo.monorepo_operations import wanted_of


def test_the_order_in_which_the_engine_hands_properties_over_makes_no_difference() -> None:
    names = ("engine", "hive", "site")
    folders = {"url": "", "folders": [], "owners": [], "in_place": False}
    carried = {"head": "", "tree": "", "tags": {}}
    orders = set()
    for order in permutations(names):
        props = {
            "name": "platform",
            "branch": "main",
            "head": "",
            "archived": True,
            "frozen": dict.fromkeys(order, folders | carried),
            "thawed": dict.fromkeys(order, folders),
            "links": {name: f"https://github.example/acme/{name}" for name in order},
        }
        wanted = wanted_of(props)
        orders.add((tuple(wanted.frozen), tuple(wanted.thawed), tuple(wanted.links)))
    assert orders == {(names, names, names)}

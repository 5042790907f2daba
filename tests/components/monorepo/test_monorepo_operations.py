"""From the resource's properties to what the monorepo has to become."""

from itertools import permutations

from components.monorepo.monorepo_operations import read_target


def test_the_order_in_which_the_engine_hands_properties_over_makes_no_difference() -> None:
    names = ("engine", "hive", "site")
    folders = {"url": "", "folders": [], "owners": [], "in_place": False, "staying": ["proto"]}
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
        target = read_target(props)
        assert target.frozen["engine"][0].staying == ("proto",)
        orders.add((tuple(target.frozen), tuple(target.unfrozen), tuple(target.links)))
    assert orders == {(names, names, names)}

import ${package}


def test_the_package_has_a_version():
    assert ${package}.VERSION

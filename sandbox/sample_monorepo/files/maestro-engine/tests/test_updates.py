def test_a_listener_sees_a_workflow_through_to_its_end(client):
    with client.websocket_connect("/ws") as socket:
        created = client.post("/api/workflows", json={"name": "watched"}).json()
        events = [socket.receive_json() for _ in range(3)]
    assert [event["type"] for event in events] == ["workflow.created", "workflow.updated", "workflow.updated"]
    assert [event["workflow"]["status"] for event in events] == ["pending", "running", "succeeded"]
    assert {event["workflow"]["id"] for event in events} == {created["id"]}


def test_two_listeners_see_the_same(client):
    with client.websocket_connect("/ws") as first, client.websocket_connect("/ws") as second:
        client.post("/api/workflows", json={"name": "watched"})
        assert first.receive_json() == second.receive_json()

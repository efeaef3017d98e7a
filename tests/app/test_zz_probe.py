def test_g(app, front_desk, client):
    print(front_desk.get("/desk").status_code)
    print("anon", client.get("/desk").status_code)
    print(front_desk.get("/desk").status_code)

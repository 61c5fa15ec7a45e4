import json
import stat
from pathlib import Path

import ihala_local
import pytest
from ihala_directory.hsds import profile
from ihala_directory.settings import Settings
from ihala_local.demo import Demo, signing_key, write
from ihala_local.home import DISK_WANTED_BYTES, Home
from ihala_local.place import Place
from ihala_local.ports import APPS, Ports
from ihala_local.postgres import owner
from ihala_local.snapshot import Hold, holder
from ihala_local.trouble import Trouble


def test_secrets_are_private_and_stay(home: Home) -> None:
    before = {name: home.secret(name) for name in ("postgres", "intake-owner", "notify-master-key")}
    home.make_secrets()
    assert before == {name: home.secret(name) for name in before}
    assert stat.S_IMODE((home.path / "secrets.json").stat().st_mode) == 0o600
    assert len(set(before.values())) == 3


def test_a_home_without_secrets_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="make up"):
        Home(tmp_path).secret("postgres")


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ihala_local.home.shutil.disk_usage", lambda _: type("Usage", (), {"free": DISK_WANTED_BYTES - 1}))
    with pytest.raises(Trouble, match="999 MB are free"):
        Home(tmp_path / "new").make()


def test_cleaning_removes_our_data_and_nothing_else(home: Home) -> None:
    (home.path / "letters.txt").write_text("not ours")
    (home.path / "postgres").mkdir()
    home.clean()
    assert [file.name for file in home.path.iterdir()] == ["letters.txt"]


def test_a_service_is_told_its_database_without_the_owner(home: Home) -> None:
    here = Place(home, Ports())
    told = here.environment("referral")
    assert told["REFERRAL_DATABASE_URL"].startswith("postgresql://ihala_referral:")
    assert "REFERRAL_OWNER_DATABASE_URL" not in told
    assert here.environment("referral", owner=True)["REFERRAL_OWNER_DATABASE_URL"].startswith("postgresql://ihala_referral_owner:")
    assert len({here.environment(app)[f"{app.upper()}_MASTER_KEY"] for app in APPS}) == len(APPS)


def test_the_open_feed_is_published_by_the_operator_of_the_demonstration(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in Place(home, Ports()).environment("directory").items():
        monkeypatch.setenv(name, value)
    root = profile.root("http://127.0.0.1:8080/hsds", Settings())
    seed = json.loads((Path(ihala_local.__file__).parent / "data" / "providers.json").read_text("utf-8"))
    [operator] = [one for one in seed["organizations"] if one["id"] == seed["operator_id"]]
    assert root["publisher"] == {"name": operator["names"]["en"], "website": "http://127.0.0.1:8080"}


def test_outside_servers_are_used_instead_of_our_own() -> None:
    here = Place.from_environment({
        "IHALA_POSTGRES_URL": "postgresql://root:secret@db.example:5433/postgres?sslmode=require",
        "IHALA_KAFKA_SERVERS": "one:9092,two:9092",
        "IHALA_KAFKA_USERNAME": "root",
        "IHALA_KAFKA_PASSWORD": "secret",
    })  # fmt: skip
    assert here.server.url_for("ihala_x", "me", "p@ss") == "postgresql://me:p%40ss@db.example:5433/ihala_x?sslmode=require"
    assert (here.kafka_servers, here.kafka_admin.replicas) == ("one:9092,two:9092", -1)
    assert not {"postgres", "kafka"} & set(here.listeners)


def test_an_outside_kafka_needs_an_administrator() -> None:
    with pytest.raises(Trouble, match="IHALA_KAFKA_USERNAME"):
        Place.from_environment({"IHALA_KAFKA_SERVERS": "one:9092"})


def test_demonstration_clients_have_keys_of_their_own_and_only_public_ones_are_registered(home: Home) -> None:
    registered = write(Place(home, Ports())).read_text()
    demo = Demo.read(home)
    assert len({client["kid"] for client in demo.clients.values()}) == len(demo.clients) > 1
    for client in demo.clients.values():
        assert signing_key(home.key_file(client["client_id"])).kid == client["kid"]
        assert stat.S_IMODE(home.key_file(client["client_id"]).stat().st_mode) == 0o600
        assert client["kid"] in registered
    assert '"d"' not in registered
    assert write(Place(home, Ports())).read_text() == registered


def test_one_supervisor_holds_a_home(home: Home) -> None:
    first, second = Hold(home), Hold(home)
    assert holder(home) is None
    first.take()
    assert holder(home) is not None
    with pytest.raises(Trouble, match="already running"):
        second.take()
    first.release()
    second.take()
    second.release()


def test_data_of_another_user_is_run_as_that_user_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ihala_local.postgres.os.getuid", lambda: tmp_path.stat().st_uid)
    assert owner(tmp_path) is None
    monkeypatch.setattr("ihala_local.postgres.os.getuid", lambda: 4_000_001)
    with pytest.raises(Trouble, match="belongs to another user"):
        owner(tmp_path)

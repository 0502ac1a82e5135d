"""The pure parts of the set-up: passwords, ports, URLs and rendered configuration."""

import base64
import configparser
import json
import os
import shlex
import socket
import stat
import subprocess
import sys

import pytest

from deploy import keys
from deploy.local import apt, postgres, rabbitmq
from deploy.local.ports import LOOPBACK, choose_ports, is_free
from deploy.local.program import Program
from deploy.local.say import SetupError, run
from deploy.local.state import Busy, hold, load_secret, read_json, write_json
from deploy.local.supervisor import Supervisor, configuration
from deploy.provision import url_for
from deploy.rabbitmq import definitions


def test_each_login_has_a_password_of_its_own_that_depends_on_the_secret():
    passwords = {
        keys.password(secret, login)
        for secret in ("one secret", "another secret")
        for login in ("timebank_ledger", "timebank_ledger_owner")
    }
    assert len(passwords) == 4
    assert all(len(password) >= 40 and password.isascii() for password in passwords)


def test_the_data_key_is_32_bytes_and_the_same_each_time():
    assert len(base64.b64decode(keys.data_key("s"))) == 32
    assert keys.data_key("s") == keys.data_key("s") != keys.data_key("t")


def test_a_generated_secret_is_kept_and_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "secrets.json"
    secret = load_secret(path, given=None)
    assert load_secret(path, given=None) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_secret_than_the_kept_one_is_refused(tmp_path):
    path = tmp_path / "secrets.json"
    assert load_secret(path, given="first") == "first"
    with pytest.raises(SetupError, match="TIMEBANK_SECRET"):
        load_secret(path, given="second")
    assert load_secret(path, given=None) == "first"


def test_a_damaged_state_file_is_named(tmp_path):
    (tmp_path / "ports.json").write_text("{")
    with pytest.raises(SetupError, match=r"ports\.json"):
        read_json(tmp_path / "ports.json")


def test_an_instance_is_held_by_one_process_at_a_time(tmp_path):
    first = hold(tmp_path / "lock")
    with pytest.raises(Busy):
        hold(tmp_path / "lock")
    first.close()
    hold(tmp_path / "lock").close()


def test_a_remembered_port_stays_and_a_taken_one_is_chosen_again():
    remembered = {"amqp": 21000, "postgres": 21001}
    chosen = choose_ports(["amqp", "postgres"], remembered, free=lambda port: port != 21001)
    assert chosen["amqp"] == 21000
    assert chosen["postgres"] not in (21000, 21001)


def test_no_port_is_given_twice():
    names = [f"process-{number}" for number in range(30)]
    assert len(set(choose_ports(names, {}, {name: 8080 for name in names}).values())) == 30


def test_a_port_that_somebody_listens_on_is_not_free():
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        port = server.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


def test_a_service_url_keeps_the_server_and_its_options():
    admin = "postgresql://admin:pw@db.example:6543/postgres?sslmode=require"
    assert (
        url_for(admin, "timebank_ledger", "a/b@c", "timebank_ledger")
        == "postgresql+psycopg2://timebank_ledger:a%2Fb%40c@db.example:6543/timebank_ledger"
        "?sslmode=require"
    )


def test_the_brokers_policies_park_what_cannot_be_delivered():
    content = json.loads(definitions.render("pw"))
    policies = {policy["pattern"]: policy for policy in content["policies"]}
    for pattern, where in ((r"^events\.", "dead-letters"), ("^rpc-", "dropped-calls")):
        limits = {"delivery-limit": 20, "dead-letter-exchange": where}
        assert policies[pattern]["definition"] == limits
        assert policies[pattern]["apply-to"] == "queues"
    assert policies["^unrouted$"]["definition"] == {"max-length": 100000, "overflow": "drop-head"}


def test_the_brokers_password_hash_is_salted_as_rabbitmq_documents_it():
    # The worked example of RabbitMQ's guide on passwords.
    assert (
        definitions.password_hash("test12", bytes.fromhex("908DC60A"))
        == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
    )


def test_the_broker_listens_on_loopback_with_names_of_its_own(tmp_path):
    ports = {"epmd": 21000, "amqp": 21001, "dist": 21002}
    environment = rabbitmq.environment(tmp_path, ports, "timebank-x")
    assert environment["RABBITMQ_NODENAME"] == "timebank-x@localhost"
    assert environment["RABBITMQ_NODE_IP_ADDRESS"] == LOOPBACK
    assert environment["ERL_EPMD_PORT"] == "21000"
    assert environment["HOME"] == str(tmp_path)


def test_the_supervisors_configuration_stands_odd_characters(tmp_path):
    program = Program("ledger", ["/bin/true"], {}, tmp_path, rank=100)
    section = program.section(["/a path/50% off/python", "-I", "x.json"])
    text = configuration("timebank /a 50% path", 21000, "pw", [section])
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    command = parser["program:ledger"]["command"] % {}
    assert shlex.split(command) == ["/a path/50% off/python", "-I", "x.json"]
    assert parser["program:ledger"]["autorestart"] == "true"
    assert parser["inet_http_server"]["port"] == f"{LOOPBACK}:21000"


def test_a_program_starts_with_exactly_its_own_environment(tmp_path):
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    own = {"PASSWORD": 'quotes " and % and ; and #', "LC_ALL": "C.UTF-8"}
    program = Program("odd", [sys.executable, "-I", "-c", code], own, tmp_path, rank=1)
    output = subprocess.run(program.write(tmp_path), capture_output=True, check=True).stdout
    assert json.loads(output) == own


def test_servers_that_are_given_are_not_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(apt, "RABBITMQ_SERVER", tmp_path / "none")
    monkeypatch.setattr(apt, "POSTGRES_BINARIES", tmp_path / "none")
    assert {"rabbitmq-server", "postgresql"} <= set(apt.missing_packages({}))
    given = {"TIMEBANK_AMQP_URI": "pyamqp://x", "TIMEBANK_DATABASE_URL": "postgresql://x"}
    assert not {"rabbitmq-server", "postgresql"} & set(apt.missing_packages(given))


def test_data_of_a_postgresql_that_is_gone_is_said_so(monkeypatch, tmp_path):
    (tmp_path / "17" / "bin").mkdir(parents=True)
    (tmp_path / "17" / "bin" / "postgres").touch()
    monkeypatch.setattr(postgres, "POSTGRES_BINARIES", tmp_path)
    (tmp_path / "data").mkdir()
    assert postgres.binaries(tmp_path / "data") == tmp_path / "17" / "bin"
    (tmp_path / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(SetupError, match="postgresql-15"):
        postgres.binaries(tmp_path / "data")


def test_a_failing_command_shows_the_end_of_its_log(tmp_path):
    with pytest.raises(SetupError, match="no such luck"):
        run(["sh", "-c", "echo no such luck; exit 3"], tmp_path / "log" / "setup.log")


def test_state_is_replaced_as_a_whole(tmp_path):
    write_json(tmp_path / "ports.json", {"a": 1})
    write_json(tmp_path / "ports.json", {"b": 2})
    assert read_json(tmp_path / "ports.json") == {"b": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["ports.json"]


def test_a_recorded_pid_that_another_process_has_by_now_is_not_ours(tmp_path):
    supervisor = Supervisor("timebank x", tmp_path, 0, "pw")
    assert supervisor.pid() == 0
    (tmp_path / "supervisord.pid").write_text(f"{os.getpid()}\n")
    assert supervisor.pid() == 0
    code = "import sys; print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path / "supervisord.conf")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        (tmp_path / "supervisord.pid").write_text(f"{process.pid}\n")
        assert supervisor.pid() == process.pid
        process.stdin.close()
    assert supervisor.pid() == 0

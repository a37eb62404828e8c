"""Asks services from inside a container, each in its own protocol, and prints what they said as JSON.

Questions come as JSON in the first argument. Only the standard library; every wait is bounded.
"""
import json
import socket
import struct
import sys
import threading
import time

LIMIT = 8


class Refused(Exception):
    """It answered, but not as it should."""


class WrongLogin(Refused):
    """It is there, and does not take what this container was given."""


def connect(host, port):
    return socket.create_connection((host, port), LIMIT)


def exactly(stream, count):
    data = b""
    while len(data) < count:
        chunk = stream.recv(count - len(data))
        if not chunk:
            raise Refused("the connection was closed in the middle of an answer")
        data += chunk
    return data


def kafka_call(stream, key, version, body):
    head = struct.pack(">hhih", key, version, 1, 9) + b"sparkflow"
    stream.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
    size = struct.unpack(">i", exactly(stream, 4))[0]
    if not 4 <= size < 1 << 24:
        raise Refused("what answers is no Kafka broker")
    return exactly(stream, size)[4:]


def text(data, at):
    length = struct.unpack_from(">h", data, at)[0]
    length = max(length, 0)
    return data[at + 2 : at + 2 + length].decode(), at + 2 + length


def brokers(host, port):
    with connect(host, port) as stream:
        if struct.unpack_from(">h", kafka_call(stream, 18, 0, b""))[0] != 0:
            raise Refused("it does not tell its versions")
        data = kafka_call(stream, 3, 4, struct.pack(">ib", 0, 0))
    count = struct.unpack_from(">i", data, 4)[0]
    found, at = [], 8
    for _ in range(count):
        name, at = text(data, at + 4)
        port = struct.unpack_from(">i", data, at)[0]
        _, at = text(data, at + 4)
        found.append((name, port))
    return found


def kafka(ask):
    advertised = brokers(ask["host"], ask["port"])
    if not advertised:
        raise Refused("it knows no broker")
    for host, port in advertised:
        if (host, port) == (ask["host"], ask["port"]):
            continue
        try:
            brokers(host, port)
        except (OSError, Refused) as error:
            raise Refused(f"it advertises {host}:{port}, where nothing answers: {said(error)}")
    return "advertises " + ", ".join(f"{host}:{port}" for host, port in advertised)


def login(path):
    try:
        lines = [line.split() for line in open(path)]
    except OSError:
        return None
    known = {line[0]: line[1] for line in lines if len(line) == 2}
    user = known.get("spark.cassandra.auth.username")
    return user and (user, known.get("spark.cassandra.auth.password", ""))


def frame(stream, opcode, body=b""):
    stream.sendall(struct.pack(">BBhBi", 4, 0, 0, opcode, len(body)) + body)
    version, _, _, opcode, size = struct.unpack(">BBhBi", exactly(stream, 9))
    if not version & 0x80 or size > 1 << 24:
        raise Refused("what answers is no Cassandra")
    return opcode, exactly(stream, size)


def cassandra(ask):
    with connect(ask["host"], ask["port"]) as stream:
        if frame(stream, 0x05)[0] != 0x06:
            raise Refused("it does not tell its options")
        who = login(ask["login"]) if ask.get("login") else None
        if not who:
            return "tells its options"
        version = b"\0\1" + b"".join(struct.pack(">h", len(one)) + one for one in (b"CQL_VERSION", b"3.0.0"))
        opcode, _ = frame(stream, 0x01, version)
        if opcode == 0x03:
            token = ("\0%s\0%s" % who).encode()
            opcode, body = frame(stream, 0x0F, struct.pack(">i", len(token)) + token)
            if opcode != 0x10:
                raise WrongLogin(f"it refuses user `{who[0]}` with the password in {ask['login']}")
        return f"lets user `{who[0]}` in"


def postgres(ask):
    with connect(ask["host"], ask["port"]) as stream:
        stream.sendall(struct.pack(">ii", 8, 80877103))
        if exactly(stream, 1) not in (b"S", b"N"):
            raise Refused("what answers is no PostgreSQL")
    return "answers"


def zookeeper(ask):
    with connect(ask["host"], ask["port"]) as stream:
        stream.sendall(b"srvr")
        answer = b"".join(iter(lambda: stream.recv(4096), b"")).decode("utf-8", "replace")
    mode = [line for line in answer.splitlines() if line.startswith("Mode:")]
    if not mode:
        raise Refused(answer.strip() or "it says nothing")
    return mode[0].lower()


def page(host, port, path):
    with connect(host, port) as stream:
        stream.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer, until = b"", time.monotonic() + LIMIT
        while time.monotonic() < until and len(answer) < 1 << 20:
            chunk = stream.recv(65536)
            if not chunk:
                break
            answer += chunk
    words = answer.split(b"\r\n", 1)[0].split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        raise Refused("what answers is no HTTP server")
    if words[1][:1] != b"2":
        raise Refused(f"{path} answers with status {words[1].decode()}")
    return answer


def http(ask):
    page(ask["host"], ask["port"], ask["path"])
    return f"{ask['path']} answers"


def spark_master(ask):
    connect(ask["host"], ask["port"]).close()
    if b'"workers"' not in page(ask["host"], ask["page"], "/json/"):
        raise Refused("what answers is no Spark master")
    return "takes connections, tells of its workers"


def spark_driver(ask):
    connect(ask["host"], ask["port"]).close()
    return "takes connections"


PROTOCOLS = {one.__name__: one for one in (kafka, cassandra, postgres, zookeeper, http, spark_master, spark_driver)}


def said(error):
    if isinstance(error, socket.gaierror):
        return "its name is not known here"
    if isinstance(error, TimeoutError):
        return f"no answer within {LIMIT} s"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return str(error) or type(error).__name__


def why(error):
    if isinstance(error, WrongLogin):
        return "wrong_login"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, socket.gaierror):
        return "unknown_name"
    return "failed"


def answer(ask, answers, index):
    began = time.monotonic()
    try:
        told, verdict = PROTOCOLS[ask["protocol"]](ask), "answered"
    except (OSError, Refused, UnicodeError, struct.error) as error:
        told, verdict = said(error), why(error)
    answers[index] = {"verdict": verdict, "said": told, "ms": round((time.monotonic() - began) * 1000, 1)}


asked = json.loads(sys.argv[1])
answers = [{"verdict": "failed", "said": "no answer in time", "ms": 0}] * len(asked)
threads = [threading.Thread(target=answer, args=(ask, answers, index), daemon=True) for index, ask in enumerate(asked)]
now = time.time()
for thread in threads:
    thread.start()
until = time.monotonic() + LIMIT + 2
for thread in threads:
    thread.join(max(0, until - time.monotonic()))
print(json.dumps({"now": now, "answers": answers}))

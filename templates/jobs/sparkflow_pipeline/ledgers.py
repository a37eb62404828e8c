# ------------------------------------------------------------------------------------------------------------ ledgers


class Batch:
    """One batch of a stream: from where to where it goes in each topic, and what has come of it so far."""

    def __init__(self, number, starts, ends):
        self.number, self.began_ms, self.sinks = number, _now_ms(), {}
        self.topics = {}
        for topic, partitions in ends.items():
            first = {partition: starts.get(topic, {}).get(partition, 0) for partition in partitions}
            self.topics[topic] = {"first": first, "next": partitions}

    def read(self, topic, seen):
        """Takes what `tally` found in a topic."""
        self.topics.setdefault(topic, {}).update(seen)

    def wrote(self, sink, written):
        """Takes what `upsert` wrote."""
        self.sinks[sink] = written

    def entry(self):
        """What the ledger keeps of it."""
        return {
            "batch": self.number,
            "began_ms": self.began_ms,
            "ended_ms": _now_ms(),
            "topics": self.topics,
            "sinks": self.sinks,
        }


class StreamLedger:
    """What a stream has done since its checkpoint began, in numbers that count every record once.

    Spark begins a batch when the one before it is committed, and runs one that was cut off again, with the same number
    and the same offsets. So the last batch stands apart, and is replaced when it runs again. Where the ledger and the
    checkpoint do not meet (another checkpoint, a lost ledger), it begins anew at the batch's own first offsets.
    """

    def __init__(self, checkpoint):
        self.checkpoint = checkpoint
        self.path = _ledger_path(os.path.basename(checkpoint))
        self.state = None

    def resume(self):
        """To be called before the stream starts: a checkpoint that is already there says from where the ledger counts."""
        done = [int(os.path.basename(path)) for path in glob(f"{self.checkpoint}/commits/[0-9]*")]
        if done:
            self._settle(max(done) + 1)
            _write_ledger(self.path, self.state)

    def begin(self, batch_id):
        """Settles the batches before this one, and gives the entry this one is to fill."""
        number = int(batch_id)
        starts = self._settle(number)
        return Batch(number, starts, _offsets([f"{self.checkpoint}/offsets/{number}"]))

    def _settle(self, number):
        """Makes the state the one before this batch, and gives the offsets at which the batch begins."""
        before = glob(f"{self.checkpoint}/sources/*/0") if number == 0 else [f"{self.checkpoint}/offsets/{number - 1}"]
        starts = _offsets(before)
        known = self.state or _read_ledger(self.path) or {}
        state = self._settled(known, number, starts)
        if state is None:
            state = self._fresh()
            for topic, partitions in starts.items():
                state["before"]["topics"][topic] = {"first": dict(partitions), "next": dict(partitions)}
        self.state = state
        return {**{topic: seen["next"] for topic, seen in state["before"]["topics"].items()}, **starts}

    def letters(self, batch, topic):
        """To be called before a batch's dead letters are sent: cut off after it, they are sent again."""
        bad = batch.topics[topic]["bad"]
        if bad == 0 or TOPICS[topic]["dead_letter_topic"] is None:
            return
        begun = self.state["letters_begun"]
        if begun is None or begun["batch"] != batch.number:
            begun = {"batch": batch.number, "topics": {}}
        begun["topics"][topic] = bad
        self.state["letters_begun"] = begun
        _write_ledger(self.path, self.state)
        batch.topics[topic]["letters"] = bad

    def end(self, batch):
        """The batch has done all that it does."""
        self.state.update(last=batch.entry(), letters_begun=None)
        _write_ledger(self.path, self.state)

    def _settled(self, state, number, starts):
        """The state with the committed batch added up; None where it does not lead to this batch."""
        if state.get("kind") != "stream" or state["checkpoint"] != self._identity():
            return None
        last, begun = state["last"], state["letters_begun"]
        if last is not None and last["batch"] > number:
            return None
        if last is not None and last["batch"] == number:
            _repeat(state, {topic: seen.get("letters", 0) for topic, seen in last["topics"].items()})
        elif begun is not None and begun["batch"] == number:
            _repeat(state, begun["topics"])
        if last is not None and last["batch"] < number:
            _fold(state["before"], last)
        state.update(last=None, letters_begun=None)
        for topic, partitions in starts.items():
            covered = state["before"]["topics"].get(topic, {}).get("next", partitions)
            if any(covered.get(partition, start) != start for partition, start in partitions.items()):
                return None
        return state

    def _fresh(self):
        return {
            "format": LEDGER_FORMAT,
            "kind": "stream",
            "job": JOB,
            "checkpoint": self._identity(),
            "began_ms": _now_ms(),
            "before": {"batches": 0, "topics": {}, "sinks": {}},
            "last": None,
            "letters_begun": None,
            "letters_repeated": {},
        }

    def _identity(self):
        with open(f"{self.checkpoint}/metadata") as file:
            return json.load(file)["id"]


class Run:
    """What one run of a batch job has read and written so far, kept beside the run before it."""

    _current = None
    _lock = threading.RLock()

    @classmethod
    def current(cls):
        """The run of this process; it begins when it is first asked for."""
        with cls._lock:
            if cls._current is None:
                cls._current = cls()
            return cls._current

    def __init__(self):
        self.path = _ledger_path(JOB)
        known = _read_ledger(self.path) or {}
        self.previous = known.get("run") if known.get("kind") == "batch" else None
        application = session().sparkContext.applicationId
        self.run = {
            "application": application, "state": "running", "error": None, "began_ms": _now_ms(), "ended_ms": None,
            "topics": {}, "sinks": {},
        }  # fmt: skip
        self._keep()
        self.next_hook, sys.excepthook = sys.excepthook, self._broken
        sys.exit = _leave
        atexit.register(self._through)

    def reads(self, topic, ends):
        with self._lock:
            self.run["topics"].setdefault(topic, {})["next"] = ends
            self._keep()

    def found(self, topic, seen):
        with self._lock:
            self.run["topics"].setdefault(topic, {}).update(seen)
            self._keep()

    def wrote(self, sink, written):
        with self._lock:
            _add(self.run["sinks"].setdefault(sink, {}), written)
            self._keep()

    def failed(self, error):
        """The run has come to its end, and this is why."""
        self._ended("failed", _first_line(error)[:500])

    def _through(self):
        if _Leaving.ended_with not in (None, 0):
            self._ended("failed", f"it ended itself: {_first_line(_Leaving.ended_with)[:400]}")
        self._ended("ok")

    def _broken(self, kind, error, trace):
        try:
            self.failed(error)
        finally:
            self.next_hook(kind, error, trace)

    def _ended(self, state, why=None):
        with self._lock:
            if self.run["state"] == "running":
                self.run.update(state=state, error=why, ended_ms=_now_ms())
                self._keep()

    def _keep(self):
        ledger = {"format": LEDGER_FORMAT, "kind": "batch", "job": JOB, "run": self.run, "previous": self.previous}
        _write_ledger(self.path, ledger)


class _Leaving(SystemExit):
    """What `sys.exit` raises. It passes no hook and is forgotten before `atexit` is called: by nobody's frame where it has
    ended the program, and by the frame that caught it where the program went on.
    """

    ended_with = None

    def __del__(self):
        if sys._getframe().f_back is None:
            _Leaving.ended_with = self.code


def _leave(code=None):
    raise _Leaving(code)


def _fold(before, batch):
    before["batches"] += 1
    for topic, seen in batch["topics"].items():
        known = before["topics"].setdefault(topic, {"first": {}, "next": {}})
        known["first"] = {**seen.get("first", {}), **known["first"]}
        known["next"] = {**known["next"], **seen.get("next", {})}
        newest = [one["newest_ms"] for one in (known, seen) if one.get("newest_ms") is not None]
        known["newest_ms"] = max(newest, default=None)
        _add(known, {name: value for name, value in seen.items() if name not in ("first", "next", "newest_ms")})
    for sink, written in batch["sinks"].items():
        _add(before["sinks"].setdefault(sink, {}), written)


def _add(total, more):
    for name, value in more.items():
        if isinstance(value, dict):
            _add(total.setdefault(name, {}), value)
        else:
            total[name] = total.get(name, 0) + value


def _repeat(state, letters):
    _add(state["letters_repeated"], {topic: count for topic, count in letters.items() if count})


def _offsets(paths):
    """Topic -> partition -> offset, from the files in which Spark keeps them."""
    found = {}
    for path in paths:
        try:
            with open(path) as file:
                lines = file.read().lstrip("\0").splitlines()[1:]
        except FileNotFoundError:
            continue
        for line in lines:
            value = json.loads(line) if line.startswith("{") else {}
            if "batchWatermarkMs" in value:
                continue  # the settings the batch was planned with
            for topic, partitions in value.items():
                known = found.setdefault(topic, {})
                for partition, offset in partitions.items():
                    known[partition] = min(offset, known.get(partition, offset))
    return found


def _ledger_path(name):
    return f"{CHECKPOINTS}/.ledger/{name}.json"


def _read_ledger(path):
    """None where there is none, or one that this module cannot read."""
    try:
        with open(path) as file:
            ledger = json.load(file)
    except FileNotFoundError:
        return None
    except ValueError as error:
        say("ledger", path=path, unreadable=_first_line(error))
        return None
    return ledger if isinstance(ledger, dict) and ledger.get("format") == LEDGER_FORMAT else None


def _write_ledger(path, ledger):
    """Whole or not at all: whoever reads it meanwhile sees the one before."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w") as file:
        json.dump(ledger, file, separators=(",", ":"))
    os.replace(temporary, path)


def _now_ms():
    return int(time.time() * 1000)

//! What a fault of the matrix is: what is done from outside, the names that are right, and the way back. Data only.

/// One way to break the pipeline of `tests/pipelines/ferry`.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) inject: &'static [Deed],
    /// The only stages that may have failed afterwards.
    pub(crate) named: &'static [&'static str],
    pub(crate) repair: &'static [Deed],
    pub(crate) cost: Cost,
}

/// What a fault costs with its repair.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Nothing has to start again but what starts in a second: fit for a sample in every run.
    Seconds,
    Minutes,
}

/// What a person does to a stack from outside. `{p}` stands for the project, `{spark}` for the image of its jobs.
pub(crate) enum Deed {
    /// The engine's own client.
    Docker(&'static [&'static str]),
    /// The program under test, which must succeed.
    Sparkflow(&'static [&'static str]),
    /// The program under test, however it ends.
    Tried(&'static [&'static str]),
    Up(&'static [&'static str]),
    Cql(&'static str),
    /// Airflow's own client in the scheduler's container.
    Airflow(&'static [&'static str]),
    /// As an administrator: the volumes of published files, checkpoints and secrets are mounted, writable.
    Volume(&'static str),
    /// A shell in a container, as its own user.
    Inside {
        container: &'static str,
        command: &'static str,
    },
    /// One text in a file of a container becomes another; the container is restarted.
    Rewritten {
        container: &'static str,
        file: &'static str,
        from: &'static str,
        to: &'static str,
    },
    TopicDeleted(&'static str),
    TopicSet {
        topic: &'static str,
        key: &'static str,
        value: &'static str,
    },
    /// So many records straight into a topic; the key of the first is repeated until it is so long.
    Sent {
        topic: &'static str,
        key_bytes: usize,
        value: &'static str,
        count: usize,
    },
    /// The source is replaced by one that gives this answer, under the same name and port.
    Answering(Answer),
    /// Every process of a container stops where it is, or goes on; the engine knows nothing of it.
    Frozen(&'static str),
    Thawed(&'static str),
    /// No packet leaves `from` for `to`, in a network that is whole otherwise. Cut at the service that is asked: whoever asks may
    /// start again, and would be whole then.
    CutOff {
        from: &'static str,
        to: &'static str,
    },
    /// It reaches everybody again.
    Joined(&'static str),
    /// The volume of a container is made anew, so small that it is full.
    SmallDisk {
        container: &'static str,
        volume: &'static str,
        owner: u32,
    },
    /// Every program that is started in the container from here on reads a clock that is an hour ahead.
    AnHourAhead(&'static str),
    /// `run source` is killed when its first records have arrived.
    IngestKilled,
    /// Waits, with a bound, until the fault is there to be seen.
    Until(Seen),
}

#[derive(Clone, Copy)]
pub(crate) enum Seen {
    /// The engine has had to start it again, or cannot.
    Crashed(&'static str),
    /// A command in a container succeeds.
    Holds { container: &'static str, command: &'static str },
}

#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// With a status, a type and a body.
    Page { status: u16, kind: &'static str, body: &'static str },
    /// The connection is taken, and nothing is ever said.
    Silence,
}

const UP: &[Deed] = &[Deed::Up(&[])];

/// Repaired by `up` alone, where a row says nothing else.
pub(crate) const fn slow(name: &'static str, inject: &'static [Deed], named: &'static [&'static str]) -> Fault {
    Fault { name, inject, named, repair: UP, cost: Cost::Minutes }
}

pub(crate) const fn quick(name: &'static str, inject: &'static [Deed], named: &'static [&'static str]) -> Fault {
    Fault { cost: Cost::Seconds, ..slow(name, inject, named) }
}

impl Fault {
    /// The way back where `up` alone is not it.
    pub(crate) const fn repaired_by(self, repair: &'static [Deed]) -> Self {
        Self { repair, ..self }
    }
}

/// The stream reads its topic from the start: its checkpoint does not fit the world any more, or rows were lost.
pub(crate) const FROM_THE_START: &[Deed] = &[
    Deed::Docker(&["rm", "--force", "{p}-job-keep-crossings"]),
    Deed::Volume("rm -rf /checkpoints/keep_crossings"),
    Deed::Up(&[]),
    Deed::Sparkflow(&["run", "source", "crossings", "--count", "40"]),
];
/// Records were lost or are in the way: the topic begins anew, and the stream with it.
pub(crate) const FROM_NOTHING: &[Deed] = &[
    Deed::Docker(&["rm", "--force", "{p}-job-keep-crossings"]),
    Deed::Volume("rm -rf /checkpoints/keep_crossings"),
    Deed::TopicDeleted("crossings"),
    Deed::TopicDeleted("crossings.dlq"),
    Deed::Up(&[]),
    Deed::Sparkflow(&["run", "source", "crossings", "--count", "40"]),
];

//! One stack of the suite: its pipeline, its project, the commands run on it, and what is kept when a scenario fails.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine;
use crate::waiting::{wait_at_most, wait_for};

/// The longest that any single command may take, image builds included.
const COMMAND_BOUND: Duration = Duration::from_mins(15);

pub(crate) struct Stack {
    pub(crate) project: String,
    file: PathBuf,
    profiles: Vec<String>,
    engine: Option<String>,
    /// What the program is told by its surroundings.
    variables: Vec<(&'static str, OsString)>,
    /// Output of every command, and the containers' logs after a failure.
    artifacts: PathBuf,
    commands: Cell<u32>,
}

/// What a command left.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
    said: String,
}

/// A command under way.
pub(crate) struct Running {
    child: Child,
    started: Instant,
    out: PathBuf,
    said: String,
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Stack {
    /// `scenario` names the folder of artifacts and tells projects of one run apart.
    pub(crate) fn of(scenario: &str, file: &Path) -> Self {
        let artifacts = Path::new(env!("CARGO_TARGET_TMPDIR")).join("live").join(scenario);
        if artifacts.exists() {
            fs::remove_dir_all(&artifacts).expect("the artifacts of an earlier run can be removed");
        }
        fs::create_dir_all(&artifacts).expect("a folder for artifacts can be made");
        Self {
            project: format!("sf-live-{}-{scenario}", std::process::id()),
            file: file.to_path_buf(),
            profiles: Vec::new(),
            engine: None,
            variables: Vec::new(),
            artifacts,
            commands: Cell::new(0),
        }
    }

    /// A pipeline written for this scenario, in a folder of its own.
    pub(crate) fn of_text(scenario: &str, text: &str) -> Self {
        let mut stack = Self::of(scenario, Path::new(""));
        let folder = stack.artifacts.join("project");
        fs::create_dir_all(&folder).expect("a folder for the pipeline can be made");
        stack.file = folder.join("pipeline.yaml");
        fs::write(&stack.file, text).expect("the pipeline can be written");
        stack
    }

    /// Another file of the project of this scenario.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.file.parent().expect("a file has a folder").join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("its folder can be made");
        fs::write(path, text).expect("the file can be written");
    }

    pub(crate) fn with_profiles(mut self, profiles: &[&str]) -> Self {
        self.profiles = profiles.iter().map(|profile| (*profile).to_string()).collect();
        self
    }

    pub(crate) fn with_engine(mut self, address: &str) -> Self {
        self.engine = Some(address.to_string());
        self
    }

    /// Where the user's cache is.
    pub(crate) fn with_cache(mut self, folder: &Path) -> Self {
        self.variables.push(("XDG_CACHE_HOME", folder.into()));
        self
    }

    /// From here on another file of the same project: what a user does who edits theirs.
    pub(crate) fn edited(&mut self, change: impl FnOnce(String) -> String) {
        let folder = self.artifacts.join("project");
        let from = self.file.parent().expect("a file has a folder").to_path_buf();
        if from != folder {
            copy(&from, &folder);
            self.file = folder.join("pipeline.yaml");
        }
        let text = fs::read_to_string(&self.file).expect("the pipeline can be read");
        fs::write(&self.file, change(text)).expect("the pipeline can be written");
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        self.start_at(self.engine.as_deref(), arguments)
    }

    /// The same command against another address of the engine.
    pub(crate) fn run_at(&self, engine: &str, arguments: &[&str]) -> Outcome {
        self.start_at(Some(engine), arguments).end()
    }

    fn start_at(&self, engine: Option<&str>, arguments: &[&str]) -> Running {
        let number = self.commands.get() + 1;
        self.commands.set(number);
        let out = self.artifacts.join(format!("{number:02}-{}", arguments[0]));
        let file = |end: &str| File::create(out.with_extension(end)).expect("a file for output can be made");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sparkflow"));
        command.arg("-f").arg(&self.file).args(["-p", &self.project, "--progress", "plain"]);
        command.args(self.profiles.iter().flat_map(|profile| ["--profile", profile]));
        command.args(arguments).stdin(Stdio::null()).stdout(file("out")).stderr(file("err"));
        if let Some(engine) = engine {
            command.env("DOCKER_HOST", engine).env_remove("DOCKER_CONTEXT");
        }
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        let said = format!("sparkflow {}", arguments.join(" "));
        eprintln!("    $ {said}");
        let child = command.spawn().expect("the program was built");
        Running { child, started: Instant::now(), out, said }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.start(arguments).end()
    }

    /// The document that a successful command prints.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let with_format: Vec<&str> = arguments.iter().copied().chain(["-o", "json"]).collect();
        let outcome = self.run(&with_format).exits(0);
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}\n{outcome}"))
    }

    /// The rows of a statement, each cell as text.
    #[track_caller]
    pub(crate) fn rows(&self, statement: &str) -> Vec<Vec<Option<String>>> {
        let answer = self.json(&["cql", statement]);
        serde_json::from_value(answer["rows"].clone()).expect("rows are lists of texts")
    }

    /// Resources that the plan changes, in order.
    #[track_caller]
    pub(crate) fn planned(&self) -> Vec<String> {
        let plan = self.json(&["plan"]);
        let changes = plan["changes"].as_array().expect("a plan has changes");
        changes.iter().filter_map(|change| Some(change["address"].as_str()?.to_string())).collect()
    }

    #[track_caller]
    pub(crate) fn is_in_sync(&self) {
        self.run(&["plan", "--detailed-exitcode"]).exits(0);
    }

    /// Takes everything away and looks for leftovers: the end of every scenario that passed.
    #[track_caller]
    pub(crate) fn remove(self) {
        self.run(&["down", "--volumes", "-y"]).exits(0);
        let left = engine::everything_of(&self.project);
        assert!(left.is_empty(), "left behind: {left:?}");
        fs::remove_dir_all(&self.artifacts).expect("the artifacts can be removed");
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        engine::save_logs(&self.project, &self.artifacts);
        eprintln!("    kept for you: {}", self.artifacts.display());
        // A program that cannot even take down must not leave its stack in the next scenario's way.
        engine::remove_everything_of(&self.project);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder for the copy can be made");
    for entry in fs::read_dir(from).expect("the project can be read") {
        let path = entry.expect("the project can be read").path();
        let name = path.file_name().expect("an entry has a name");
        // What builds leave behind is large, and holds the copy itself.
        if name == "target" || name == ".git" {
            continue;
        }
        let target = to.join(name);
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("the file can be copied");
        }
    }
}

impl Running {
    /// As Ctrl-C does.
    #[track_caller]
    pub(crate) fn interrupted(self) -> Outcome {
        let told = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(told.expect("kill can be run").success(), "`{}` has ended before it was told to", self.said);
        self.end()
    }

    #[track_caller]
    pub(crate) fn end(mut self) -> Outcome {
        let child = &mut self.child;
        let mut ended = || child.try_wait().expect("the program can be waited for");
        let Some(status) = wait_at_most(COMMAND_BOUND, &mut ended) else {
            self.kill();
            panic!("`{}` did not end within {COMMAND_BOUND:?}", self.said);
        };
        let read = |end: &str| {
            String::from_utf8_lossy(&fs::read(self.out.with_extension(end)).expect("output was kept")).into_owned()
        };
        let (stdout, stderr) = (read("out"), read("err"));
        Outcome { code: status.code(), stdout, stderr, took: self.started.elapsed(), said: self.said }
    }

    /// Lets it run so long, or until it ends by itself.
    pub(crate) fn let_run(&mut self, time: Duration) {
        let child = &mut self.child;
        wait_at_most(time, || child.try_wait().expect("the program can be waited for"));
    }

    /// As `kill -9` does: no handler runs.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself in this moment.
        drop(self.child.kill());
        wait_for("a killed program ends", Duration::from_secs(10), || {
            self.child.try_wait().expect("it can be waited for")
        });
    }
}

impl Outcome {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Something in its messages that a person needs in order to go on.
    #[track_caller]
    pub(crate) fn names(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "nothing about `{words}` in:\n{self}");
        self
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, stdout, stderr, took, said } = self;
        write!(formatter, "`{said}` ended with {code:?} after {took:.1?}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}

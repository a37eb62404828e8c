//! Does to a stack what the table of faults says, by the clients of its services and the engine's own. Judges nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::fault::{Answer, Deed, Seen};
use crate::stack::Stack;
use crate::waiting::wait_for;
use crate::{broker, engine};

/// Until a fault shows: Spark takes a minute to miss a worker, and the engine pauses between two starts.
const SHOWS: Duration = Duration::from_mins(4);
const RECORDS_ARRIVE: Duration = Duration::from_mins(1);
/// The size of a disk that is to be full, and how often the file that fills it grows.
const SMALL: &str = "size=64m";

/// A server of one answer; in the place of the source it also says that it is well.
const ONE_ANSWER: &str = r#"
import http.server, os, time
class One(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        well = self.path == "/healthz"
        if not well and os.environ["STATUS"] == "0":
            time.sleep(600)
        body = b"ok" if well else os.environ["BODY"].encode()
        self.send_response(200 if well else int(os.environ["STATUS"]))
        self.send_header("content-type", "text/plain" if well else os.environ["KIND"])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("0.0.0.0", 8090), One).serve_forever()
"#;

/// Adds a route that refuses every packet to one address, or removes all such routes: by the calls SIOCADDRT and SIOCDELRT.
const REFUSING_ROUTE: &str = r#"
import fcntl, os, socket, struct
UP, HOST, REFUSE, ADD, DELETE = 0x1, 0x4, 0x200, 0x890B, 0x890C
address = lambda ip: struct.pack("=HH4s8x", socket.AF_INET, 0, ip)
def call(what, ip):
    no, all_ones = bytes(4), b"\xff" * 4
    route = struct.pack("=Q16s16s16sH62x", 0, address(ip), address(no), address(all_ones), UP | HOST | REFUSE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, what, route)
if os.environ["TO"]:
    call(ADD, socket.inet_aton(os.environ["TO"]))
else:
    with open("/proc/net/route") as routes:
        rows = [line.split() for line in list(routes)[1:]]
    for row in rows:
        if int(row[3], 16) & REFUSE:
            call(DELETE, struct.pack("=I", int(row[1], 16)))
"#;

/// One text of a file for another; its owner and its mode stay.
const REWRITE: &str = r#"
import os, sys
path, old, new = sys.argv[1:]
mode = os.stat(path).st_mode
os.chmod(path, 0o600)
with open(path) as file:
    text = file.read()
assert old in text, f"no {old!r} in {path}"
with open(path, "w") as file:
    file.write(text.replace(old, new))
os.chmod(path, mode)
"#;

impl Stack {
    pub(crate) fn suffer(&self, deeds: &[Deed]) {
        for deed in deeds {
            self.suffer_one(deed);
        }
    }

    fn suffer_one(&self, deed: &Deed) {
        match deed {
            Deed::Docker(words) => drop(self.docker(words)),
            Deed::Sparkflow(arguments) => drop(self.run(arguments).exits(0)),
            Deed::Tried(arguments) => drop(self.run(arguments)),
            Deed::Up(options) => drop(self.run(&[&["up"], *options].concat()).exits(0)),
            Deed::Cql(statement) => drop(self.run(&["cql", statement]).exits(0)),
            Deed::Airflow(command) => self.airflow(command),
            Deed::Volume(command) => self.as_administrator(command),
            Deed::Inside { container, command } => self.inside(container, command),
            Deed::Rewritten { container, file, from, to } => self.rewrite(container, file, from, to),
            Deed::TopicDeleted(topic) => broker::delete_topic(&self.project, topic),
            Deed::TopicSet { topic, key, value } => broker::set(&self.project, topic, key, value),
            Deed::Sent { topic, key_bytes, value, count } => self.send(topic, *key_bytes, value, *count),
            Deed::Answering(answer) => self.answer(*answer),
            Deed::Frozen(container) => self.signal_all(container, "SIGSTOP"),
            Deed::Thawed(container) => self.signal_all(container, "SIGCONT"),
            Deed::CutOff { from, to } => {
                let address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
                self.refuse(from, &self.inspected(to, address));
            }
            Deed::Joined(container) => self.refuse(container, ""),
            Deed::SmallDisk { container, volume, owner } => self.fill(container, volume, *owner),
            Deed::AnHourAhead(container) => self.set_ahead(container),
            Deed::IngestKilled => self.kill_ingest(),
            Deed::Until(seen) => self.until(*seen),
        }
    }

    /// What was added to the stack by hand, and is not the program's to remove.
    pub(crate) fn forget_by_hand(&self) {
        for name in ["greed", "ballast"] {
            self.docker(&["rm", "--force", "--volumes", &format!("{{p}}-{name}")]);
        }
    }

    /// The engine's client, with the project's name and images filled in.
    fn docker(&self, words: &[&str]) -> String {
        let mut filled: Vec<String> = words.iter().map(|word| word.replace("{p}", &self.project)).collect();
        if let Some(word) = filled.iter_mut().find(|word| *word == "{spark}") {
            *word = self.inspected("job-keep-crossings", "{{.Config.Image}}");
        }
        let words: Vec<&str> = filled.iter().map(String::as_str).collect();
        engine::docker(&words).unwrap_or_else(|error| panic!("docker {}: {error}", words.join(" ")))
    }

    fn inspected(&self, container: &str, what: &str) -> String {
        self.docker(&["inspect", "--format", what, &format!("{{p}}-{container}")]).trim().to_string()
    }

    fn inside(&self, container: &str, command: &str) {
        self.docker(&["exec", &format!("{{p}}-{container}"), "/bin/sh", "-c", command]);
    }

    /// All but the process that asks, and the first one, which only waits for the others.
    fn signal_all(&self, container: &str, signal: &str) {
        self.inside(container, &format!("exec python3 -c 'import os, signal; os.kill(-1, signal.{signal})'"));
    }

    /// By the container's own user, whose file it is.
    fn rewrite(&self, container: &str, file: &str, from: &str, to: &str) {
        let name = format!("{{p}}-{container}");
        self.docker(&["exec", &name, "python3", "-c", REWRITE, file, from, to]);
        self.docker(&["restart", &name]);
    }

    fn send(&self, topic: &str, key_bytes: usize, value: &str, count: usize) {
        let records: Vec<(String, String)> = (0..count)
            .map(|index| {
                let key = format!("by-hand-{index:04}-").repeat(key_bytes / 13 + 1);
                let value = value.replace("{key}", &key);
                (key, value)
            })
            .collect();
        broker::send_all(&self.project, topic, &records);
    }

    /// In the place of the source's stand-in, and for the engine the same container: name, labels, port.
    fn answer(&self, answer: Answer) {
        let (status, kind, body) = match answer {
            Answer::Page { status, kind, body } => (status, kind, body),
            Answer::Silence => (0, "", ""),
        };
        let image = self.image();
        let published = self.docker(&["port", "{p}-replay", "8090/tcp"]);
        let address = published.lines().next().expect("the stand-in publishes its port").to_string();
        let labels = self.inspected("replay", "{{json .Config.Labels}}");
        let labels: BTreeMap<String, String> = serde_json::from_str(&labels).expect("labels are JSON");
        self.docker(&["rm", "--force", "{p}-replay"]);
        let mut words: Vec<String> =
            ["run", "--detach", "--name", "{p}-replay", "--network", "{p}"].map(String::from).into();
        words.extend(
            ["--network-alias", "replay", "--publish", &format!("{address}:8090"), "--user", "10004"].map(String::from),
        );
        words.extend(labels.iter().flat_map(|(name, value)| ["--label".to_string(), format!("{name}={value}")]));
        let told = [("STATUS", status.to_string()), ("KIND", kind.to_string()), ("BODY", body.to_string())];
        words.extend(told.iter().flat_map(|(name, value)| ["--env".to_string(), format!("{name}={value}")]));
        words.extend(["--entrypoint", "/usr/bin/python3", &image, "-c", ONE_ANSWER].map(String::from));
        self.docker(&words.iter().map(String::as_str).collect::<Vec<_>>());
        self.until(Seen::Holds {
            container: "replay",
            command: "python3 -c 'import urllib.request as web; web.urlopen(\"http://127.0.0.1:8090/healthz\", timeout=2)'",
        });
    }

    /// From a container beside it, in its network: it is given no rights of its own.
    fn refuse(&self, container: &str, address: &str) {
        let (network, image) = (format!("container:{{p}}-{container}"), self.image());
        let to = format!("TO={address}");
        let mut words =
            vec!["run", "--rm", "--network", &network, "--cap-add", "NET_ADMIN", "--user", "0", "--env", &to];
        words.extend(["--entrypoint", "/usr/bin/python3", &image, "-c", REFUSING_ROUTE]);
        self.docker(&words);
    }

    /// A file system in memory: it is as full as it gets without filling anybody else's.
    fn fill(&self, container: &str, volume: &str, owner: u32) {
        let name = format!("{}-{volume}", self.project);
        let labels = self.docker(&["volume", "inspect", "--format", "{{json .Labels}}", &name]);
        let labels: BTreeMap<String, String> = serde_json::from_str(labels.trim()).expect("labels are JSON");
        let image = self.image();
        self.docker(&["rm", "--force", &format!("{{p}}-{container}")]);
        self.docker(&["volume", "rm", &name]);
        let options = format!("o={SMALL},uid={owner},gid={owner},mode=0750");
        let mut words: Vec<String> =
            ["volume", "create", "--driver", "local", "--opt", "type=tmpfs", "--opt", "device=tmpfs"]
                .map(String::from)
                .into();
        words.extend(["--opt".to_string(), options]);
        words.extend(labels.iter().flat_map(|(name, value)| ["--label".to_string(), format!("{name}={value}")]));
        words.push(name.clone());
        self.docker(&words.iter().map(String::as_str).collect::<Vec<_>>());
        // Holds the disk while the service starts again and again, and takes what is left of it at a word.
        let mount = format!("{name}:/disk");
        let user = owner.to_string();
        self.docker(&[
            "run",
            "--detach",
            "--name",
            "{p}-ballast",
            "--user",
            &user,
            "--volume",
            &mount,
            "--entrypoint",
            "/bin/sleep",
            &image,
            "3600",
        ]);
        self.run(&["up"]).exits(0);
        self.inside("ballast", "! dd if=/dev/zero of=/disk/ballast bs=64k 2>/dev/null");
        // A service that had room in a file of its own gets none in the next.
        self.docker(&["restart", &format!("{{p}}-{container}")]);
    }

    /// By the library of Debian's package `libfaketime`, which `scripts/prove` installs.
    fn set_ahead(&self, container: &str) {
        const INSIDE: &str = "/usr/local/lib/libfaketime.so";
        let folders = fs::read_dir("/usr/lib").expect("libraries are in /usr/lib");
        let library = |folder: PathBuf| folder.join("faketime/libfaketimeMT.so.1");
        let mut found = folders.flatten().map(|entry| library(entry.path())).filter(|path| path.exists());
        let library = found.next().expect("a clock that is wrong takes the package `libfaketime`");
        let (library, name) = (library.to_string_lossy(), format!("{{p}}-{container}"));
        self.docker(&["cp", &library, &format!("{name}:{INSIDE}")]);
        let command = format!("echo +1h > /etc/faketimerc && echo {INSIDE} > /etc/ld.so.preload");
        self.docker(&["exec", "--user", "0", &name, "/bin/sh", "-c", &command]);
    }

    fn kill_ingest(&self) {
        let before = broker::record_count(&self.project, "crossings");
        let mut ingest = self.start(&["run", "source", "crossings", "--for", "2m"]);
        wait_for("its first records are there", RECORDS_ARRIVE, || {
            (broker::record_count(&self.project, "crossings") > before).then_some(())
        });
        ingest.kill();
    }

    fn until(&self, seen: Seen) {
        match seen {
            Seen::Crashed(container) => {
                let look = || self.inspected(container, "{{.RestartCount}} {{.State.Restarting}} {{.State.Running}}");
                let before = look();
                wait_for("the engine starts it again", SHOWS, || {
                    let now = look();
                    let is_down = now.ends_with("true true") || now.ends_with("false");
                    (is_down || now != before).then_some(())
                });
            }
            Seen::Holds { container, command } => wait_for(command, SHOWS, || {
                let name = format!("{}-{container}", self.project);
                engine::docker(&["exec", &name, "/bin/sh", "-c", command]).ok().map(drop)
            }),
        }
    }
}

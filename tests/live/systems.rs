//! The engine client against the engine of this machine, with nothing but the plain base image.

use std::collections::BTreeMap;
use std::time::Duration;

use sparkflow::systems::docker::address::EngineEnv;
use sparkflow::systems::docker::archive::{Content, Found, UploadFile};
use sparkflow::systems::docker::build::{BuildSpec, Freshness};
use sparkflow::systems::docker::containers::{Access, ContainerSpec, MountSpec, NetworkSpec, PortSpec};
use sparkflow::systems::docker::exec::ExecSpec;
use sparkflow::systems::docker::inspect::ContainerState;
use sparkflow::systems::docker::logs::{LogRequest, OutputStream};
use sparkflow::systems::docker::{DockerError, Engine};

const BASE: &str = "debian:bookworm-slim";
const LABEL: &str = "io.sparkflow.project";
const LIMIT: Duration = Duration::from_secs(30);

async fn engine() -> Engine {
    let env = EngineEnv {
        context: std::env::var("DOCKER_CONTEXT").ok(),
        host: std::env::var("DOCKER_HOST").ok(),
        config_dir: std::env::var_os("DOCKER_CONFIG").map(Into::into),
        home: std::env::var_os("HOME").map(Into::into),
        runtime_dir: std::env::var_os("XDG_RUNTIME_DIR").map(Into::into),
    };
    Engine::connect(&env).await.expect("a container engine")
}

fn labels(project: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(LABEL.to_owned(), project.to_owned())])
}

/// Removes what a project left behind, by its label.
async fn clear(engine: &Engine, project: &str) {
    let label = format!("{LABEL}={project}");
    for container in engine.containers(&label).await.unwrap() {
        engine.remove_container(&container.id).await.unwrap();
    }
    for network in engine.networks(&label).await.unwrap() {
        engine.remove_network(&network.id).await.unwrap();
    }
    for volume in engine.volumes(&label).await.unwrap() {
        engine.remove_volume(&volume.name).await.unwrap();
    }
}

/// A project of its own per test, empty before and after.
async fn in_project<F: Future<Output = ()>>(name: &str, test: impl FnOnce(Engine, String) -> F) {
    let engine = engine().await;
    let project = format!("sparkflow-live-{name}");
    clear(&engine, &project).await;
    test(engine.clone(), project.clone()).await;
    clear(&engine, &project).await;
}

fn container(project: &str, script: &str) -> ContainerSpec {
    ContainerSpec {
        name: format!("{project}-one"),
        image: BASE.to_owned(),
        command: ["sh", "-c", script].map(str::to_owned).to_vec(),
        labels: labels(project),
        memory_bytes: Some(64 * 1024 * 1024),
        ..ContainerSpec::default()
    }
}

fn file(path: &str, content: Content) -> UploadFile {
    UploadFile { path: path.to_owned(), mode: 0o440, uid: 50000, gid: 50001, content }
}

fn argv(script: &str) -> ExecSpec {
    ExecSpec {
        argv: ["sh", "-c", script].map(str::to_owned).to_vec(),
        user: Some("50000:50001".to_owned()),
        ..ExecSpec::default()
    }
}

#[tokio::test]
async fn files_put_before_the_start_keep_their_owner_and_links_can_be_swapped() {
    in_project("files", |engine, project| async move {
        let volume = format!("{project}-data");
        engine.create_volume(&volume, &labels(&project)).await.unwrap();
        let mut spec = container(&project, "sleep 60");
        spec.mounts = vec![MountSpec { volume, path: "/data".to_owned(), access: Access::ReadWrite }];
        engine.create_container(&spec).await.unwrap();
        for version in ["one", "two"] {
            let published = vec![
                file(&format!("{version}/dags/a"), Content::Bytes(version.into())),
                file("current", Content::Symlink(version.to_owned())),
            ];
            engine.put_files(&spec.name, "/data", published).await.unwrap();
        }
        let found = engine.get_files(&spec.name, "/data", 1 << 20).await.unwrap().unwrap();
        assert_eq!(found["current"], Found::Symlink("two".to_owned()));
        assert_eq!(found["one/dags/a"], Found::Bytes(b"one".to_vec()));

        engine.start_container(&spec.name).await.unwrap();
        let look = argv("stat -c '%u:%g %a' /data/two /data/current/dags/a; cat /data/current/dags/a");
        let seen = engine.exec(&spec.name, &look, LIMIT, 4096).await.unwrap();
        let text = String::from_utf8(seen.stdout).unwrap();
        assert_eq!(text, "50000:50001 755\n50000:50001 440\ntwo");
    })
    .await;
}

#[tokio::test]
async fn folders_that_exist_keep_their_owner() {
    in_project("parents", |engine, project| async move {
        let spec = container(&project, "sleep 60");
        engine.create_container(&spec).await.unwrap();
        let secret = vec![file("run/sparkflow/secret", Content::Bytes(b"s".to_vec()))];
        engine.put_files(&spec.name, "/", secret).await.unwrap();
        engine.start_container(&spec.name).await.unwrap();
        let look = argv("stat -c '%u' /run /run/sparkflow");
        let seen = engine.exec(&spec.name, &look, LIMIT, 4096).await.unwrap();
        assert_eq!(seen.stdout, b"0\n50000\n");
    })
    .await;
}

#[tokio::test]
async fn a_container_is_followed_from_made_to_ended() {
    in_project("life", |engine, project| async move {
        let label = format!("{LABEL}={project}");
        let network = format!("{project}-net");
        engine.create_network(&network, &labels(&project)).await.unwrap();
        let again = engine.create_network(&network, &labels(&project)).await;
        assert!(matches!(again, Err(DockerError::Refused { .. })));

        let mut spec = container(&project, "echo out; echo err >&2; exit 7");
        spec.network = Some(NetworkSpec { name: network, aliases: vec!["one".to_owned()] });
        engine.create_container(&spec).await.unwrap();
        assert!(engine.create_container(&spec).await.unwrap_err().is_conflict());
        let state = engine.containers(&label).await.unwrap()[0].state;
        assert_eq!(state, ContainerState::Created);

        engine.start_container(&spec.name).await.unwrap();
        assert_eq!(engine.wait_container(&spec.name, LIMIT).await.unwrap(), 7);
        let ended = engine.containers(&label).await.unwrap().remove(0);
        assert_eq!(ended.state, ContainerState::Exited);
        assert_eq!(ended.past.unwrap().exit_code, 7);
        let lines: Vec<_> =
            futures_util::StreamExt::collect::<Vec<_>>(engine.logs(&spec.name, LogRequest::default())).await;
        let mut lines: Vec<_> = lines.into_iter().map(|line| line.unwrap()).collect();
        lines.sort_by_key(|line| line.text.clone());
        assert_eq!(lines[0].text, "err");
        assert_eq!(lines[0].stream, OutputStream::Stderr);
        assert!(lines[1].at.starts_with("20"));
    })
    .await;
}

#[tokio::test]
async fn a_held_port_is_said_and_its_holder_is_found() {
    in_project("port", |engine, project| async move {
        // The kernel names a free one; nobody else is given it so soon.
        let reserved = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let host = reserved.local_addr().unwrap().port();
        drop(reserved);
        let mut spec = container(&project, "sleep 60");
        spec.ports = vec![PortSpec { container: 80, host }];
        engine.create_container(&spec).await.unwrap();
        engine.start_container(&spec.name).await.unwrap();
        let mut second = spec.clone();
        second.name = format!("{project}-two");
        engine.create_container(&second).await.unwrap();
        let error = engine.start_container(&second.name).await.unwrap_err();
        assert!(error.is_port_taken());
        let tenants = engine.tenants().await.unwrap();
        let holder = tenants.iter().find(|tenant| holds_port(tenant, host)).unwrap();
        assert_eq!(holder.name, spec.name);
        assert_eq!(holder.memory_bytes, 64 * 1024 * 1024);
    })
    .await;
}

fn holds_port(tenant: &sparkflow::systems::docker::inspect::Tenant, port: u16) -> bool {
    tenant.ports.iter().any(|published| published.host == port)
}

#[tokio::test]
async fn a_command_is_bounded_in_output_and_time() {
    in_project("exec", |engine, project| async move {
        let spec = container(&project, "sleep 60");
        engine.create_container(&spec).await.unwrap();
        engine.start_container(&spec.name).await.unwrap();
        let much = argv("yes | head -c 100000; exit 3");
        let seen = engine.exec(&spec.name, &much, LIMIT, 1000).await.unwrap();
        assert_eq!((seen.stdout.len(), seen.truncated, seen.exit_code), (1000, true, 3));
        let slow = engine.exec(&spec.name, &argv("sleep 30"), Duration::from_millis(300), 1000).await;
        assert!(matches!(slow, Err(DockerError::Timeout { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_failed_build_names_its_step_and_shows_its_end() {
    let engine = engine().await;
    let dockerfile = format!("FROM {BASE}\nRUN echo so far; echo oops >&2; exit 3\n");
    let spec = BuildSpec {
        tag: "sparkflow-live/fails:1".to_owned(),
        context: BTreeMap::from([("Dockerfile".to_owned(), (0o644, dockerfile.into_bytes()))]),
        labels: labels("sparkflow-live-build"),
        build_args: BTreeMap::new(),
        freshness: Freshness::Cached,
        network: None,
        limit: Duration::from_mins(2),
    };
    let mut steps = Vec::new();
    let failed = engine.build_image(&spec, |event| steps.push(event.step)).await;
    let Err(DockerError::Build { step, output, .. }) = failed else {
        panic!("expected a failed build, found {failed:?}");
    };
    assert_eq!((step, steps.first()), (2, Some(&1)));
    assert!(output.iter().any(|line| line == "so far"));
    assert!(output.iter().any(|line| line.contains("oops")));
}

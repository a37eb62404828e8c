//! The readers generated for jobs, run by the Spark of the image that ships them: rendered here, tried there.

use std::fs;
use std::path::Path;

use sparkflow::embedded;
use sparkflow::template::Templates;

use crate::engine;
use crate::stack::{Stack, repository};

const PROGRAMS: [&str; 2] = ["splitting_reader.py", "ledgers.py"];
const TEMPLATE: &str = "jobs/sparkflow_pipeline.py.j2";
/// Spark asks for its own address, also where there is no network.
const HOST: &str = "readers";
const HOST_ADDRESS: &str = "readers:127.0.0.1";
const PYTHON: &str = "/opt/venv/bin/python";

#[test]
fn readers_split_good_records_from_bad_ones() {
    let stack = Stack::of("readers", &repository().join("tests/pipelines/harbour/pipeline.yaml"));
    let built = stack.json(&["build"]);
    let tags = built["images"].as_array().expect("images are listed");
    let spark = tags.iter().filter_map(|tag| tag.as_str()).find(|tag| tag.starts_with("sparkflow/spark:"));
    let spark = spark.unwrap_or_else(|| panic!("no Spark among {tags:?}"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("live/readers/job");
    render(&folder);
    for program in PROGRAMS {
        let said = tried(&stack, spark, &folder, program);
        assert!(said.lines().filter(|line| line.starts_with("ok ")).count() >= 6, "{said}");
    }
    stack.remove();
}

/// What a program says that runs beside the rendered module, without network.
fn tried(stack: &Stack, image: &str, folder: &Path, program: &str) -> String {
    let name = format!("{}-test", stack.project);
    let label = format!("io.sparkflow.project={}", stack.project);
    let create = [
        "create",
        "--name",
        &name,
        "--label",
        &label,
        "--network",
        "none",
        "--hostname",
        HOST,
        "--add-host",
        HOST_ADDRESS,
        "--entrypoint",
        PYTHON,
        image,
    ];
    let program = format!("/tmp/job/{program}");
    let command = [&create[..], &[&program, "/tmp/job"]].concat();
    engine::docker(&command).expect("a container can be made");
    engine::docker(&["cp", &folder.display().to_string(), &format!("{name}:/tmp/job")])
        .expect("files can be put into it");
    let ended = engine::docker(&["start", "--attach", &name]);
    let said = ended.unwrap_or_else(|error| panic!("{program}: the readers do not do what they should:\n{error}"));
    engine::docker(&["rm", "--force", &name]).expect("the container can be removed");
    said
}

fn render(folder: &Path) {
    let jobs = repository().join("tests/jobs");
    let context = fs::read_to_string(jobs.join("context.json")).expect("there is a context");
    let context: serde_json::Value = serde_json::from_str(&context).expect("the context is JSON");
    let templates = Templates::new(embedded::templates(Path::new("/nonexistent")).expect("templates are embedded"));
    let module = templates.render(TEMPLATE, &context).expect("the template renders");
    fs::create_dir_all(folder).expect("a folder can be made");
    fs::write(folder.join("sparkflow_pipeline.py"), module).expect("the module can be written");
    for program in PROGRAMS {
        fs::copy(jobs.join(program), folder.join(program)).expect("the test can be copied");
    }
}

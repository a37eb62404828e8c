//! The pages for people: commands in them are commands we have, and YAML in them is YAML.

use clap::Parser;
use sparkflow::cli::Cli;

use crate::sources::files;
use crate::tidy::none;

/// Commands that pages speak of and that are not part of the program yet.
const NOT_YET: &[&str] = &[];

#[test]
fn every_command_in_the_pages_is_one_we_have() {
    let mut wrong = Vec::new();
    for (path, block) in
        pages().iter().flat_map(|(path, text)| blocks(text).into_iter().map(move |block| (path, block)))
    {
        for line in commands(&block) {
            wrong.extend(refused(&line).map(|why| format!("{path}: `{line}`: {why}")));
        }
    }
    none(&wrong);
}

#[test]
fn every_command_in_running_text_is_one_we_have() {
    let mut wrong = Vec::new();
    for (path, text) in pages() {
        let spans = text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2));
        for line in spans.filter(|span| span.starts_with("sparkflow ") && !span.contains("bash|zsh|fish")) {
            wrong.extend(refused(line).map(|why| format!("{path}: `{line}`: {why}")));
        }
    }
    none(&wrong);
}

#[test]
fn yaml_in_the_pages_is_yaml() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (path, text) in pages() {
        for block in blocks(&text).iter().filter(|block| block.language == "yaml") {
            count += 1;
            if let Err(error) = serde_yaml::from_str::<serde_json::Value>(&block.text) {
                wrong.push(format!("{path}: {error}"));
            }
        }
    }
    none(&wrong);
    assert!(count >= 3, "the pages show YAML");
}

#[test]
fn the_job_in_the_page_for_builds_ends_with_nothing_left() {
    let (_, text) = pages().into_iter().find(|(path, _)| path == "docs/ci.md").expect("there is the page");
    let job: serde_json::Value = serde_yaml::from_str(&blocks(&text)[0].text).expect("the job is YAML");
    let steps = job["jobs"]["stack"]["steps"].as_array().expect("the job has steps").clone();
    let commands: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    for (position, start) in ["build", "up", "run source", "verify", "doctor", "down --volumes -y"].iter().enumerate() {
        assert!(commands[position].starts_with(&format!("sparkflow {start}")), "{commands:?}");
    }
    let last = steps.last().expect("there is a last step");
    assert_eq!(last["if"], "always()");
}

struct Block {
    language: String,
    text: String,
}

fn pages() -> Vec<(String, String)> {
    let is_page = |path: &str| path == "README.md" || (path.starts_with("docs/") && path.ends_with(".md"));
    files().into_iter().filter(|file| is_page(&file.path)).map(|file| (file.path, file.text)).collect()
}

fn blocks(text: &str) -> Vec<Block> {
    let fenced = text.split("```").skip(1).step_by(2);
    let block = |fenced: &str| {
        let (language, text) = fenced.split_once('\n').unwrap_or((fenced, ""));
        Block { language: language.trim().to_owned(), text: text.to_owned() }
    };
    fenced.map(block).collect()
}

/// The command lines of a script, or of the steps of a build.
fn commands(block: &Block) -> Vec<String> {
    let lines = block.text.lines().map(|line| line.trim().trim_start_matches("- ").trim_start_matches("run: "));
    lines.filter(|line| line.starts_with("sparkflow ")).map(str::to_owned).collect()
}

/// Why the program would not take this command line, if it would not.
fn refused(line: &str) -> Option<String> {
    let words = words(line);
    if words.get(1).is_some_and(|word| NOT_YET.contains(&word.as_str())) {
        return None;
    }
    Cli::try_parse_from(words).err().filter(clap::Error::use_stderr).map(|error| error.to_string())
}

/// The words of a line as a shell sees them, up to a comment, a pipe or a redirection.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            '#' | '>' | '|' | ';' if !is_quoted => break,
            ' ' if !is_quoted => words.push(String::new()),
            other => words.last_mut().expect("there is a word").push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

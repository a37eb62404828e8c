//! Jobs that a program submits itself: command lines of `spark-submit`, and Airflow's operator for it.
//!
//! A command is what stands where a shell would look for one: a text that merely speaks of spark-submit says nothing. Only what
//! stands before the application is for spark-submit.

use super::Reading;
use super::names::{Names, Text};
use super::tree::{Call, Expr, Value};

const PROGRAM: &str = "spark-submit";
/// Longer texts between two quotes are programs or data, and each further line has them split anew.
const MOST_LINES: usize = 50;
/// What ends one command and begins the next.
const OPERATORS: [&str; 7] = ["&&", "||", "|", "&", ";", "(", ")"];
/// What may stand before a command and leaves it one.
const BEFORE_COMMANDS: [&str; 12] =
    ["if", "then", "elif", "else", "while", "do", "!", "{", "time", "exec", "env", "nohup"];
/// Options without a value; every other option of spark-submit has one.
const FLAGS: [&str; 7] = ["--help", "-h", "--verbose", "-v", "--version", "--usage-error", "--supervise"];

/// A word of a command line, where it is certain.
type Word = Option<Text>;

pub(super) fn expr<'tree>(expr: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    let Value::Call(call) = &expr.value else { return };
    if call.name() == Some("SparkSubmitOperator") {
        operator(call, names, reading);
        return;
    }
    for command in commands_of(call, names) {
        if let Some(arguments) = arguments(&command) {
            submission(arguments, reading);
        }
    }
}

/// The master comes from the connection there.
fn operator<'tree>(call: &'tree Call, names: &Names<'tree>, reading: &mut Reading) {
    let packages = call.keyword("packages").and_then(|keyword| names.text(&keyword.value));
    reading.submitted_packages.extend(packages);
    let Some(Value::Dict(settings)) = call.keyword("conf").map(|conf| &names.follow(&conf.value).value) else { return };
    for (key, value) in settings {
        let key = key.as_ref().and_then(|key| names.text(key));
        if key.is_some_and(|key| key.value == "spark.jars.packages") {
            reading.submitted_packages.extend(names.text(value));
        }
    }
}

/// The commands that a call starts on this machine.
fn commands_of<'tree>(call: &'tree Call, names: &Names<'tree>) -> Vec<Vec<Word>> {
    let script = call.keyword("bash_command").map(|keyword| &keyword.value);
    if let Some(script) = script.and_then(|script| names.text(script)) {
        return scripts(&script);
    }
    match (module(call), call.name()) {
        (Some("os"), Some("system" | "popen")) | (Some("subprocess"), Some("getoutput" | "getstatusoutput")) => {
            first(call, "command").and_then(|script| names.text(script)).as_ref().map(scripts).unwrap_or_default()
        }
        (Some("subprocess"), Some("run" | "call" | "check_call" | "check_output" | "Popen"))
        | (None, Some("Popen" | "check_call" | "check_output")) => process(call, names),
        _ => Vec::new(),
    }
}

/// `subprocess` of `subprocess.run(...)`.
fn module(call: &Call) -> Option<&str> {
    match call.receiver().map(|receiver| &receiver.value) {
        Some(Value::Name(name)) => Some(name),
        Some(_) => Some(""),
        None => None,
    }
}

fn first<'tree>(call: &'tree Call, name: &str) -> Option<&'tree Expr> {
    call.args.first().or_else(|| call.keyword(name).map(|keyword| &keyword.value))
}

/// A list of words, one text for a shell, or a text that is split into words.
fn process<'tree>(call: &'tree Call, names: &Names<'tree>) -> Vec<Vec<Word>> {
    let Some(given) = first(call, "args").map(|given| names.follow(given)) else { return Vec::new() };
    match &given.value {
        Value::List(words) => inside(words.iter().map(|word| names.text(word)).collect()),
        Value::Call(split) if split.name() == Some("split") => {
            let text = split.args.first().or_else(|| split.receiver());
            text.and_then(|text| names.text(text)).as_ref().map(scripts).unwrap_or_default()
        }
        _ => names.text(given).as_ref().map(scripts).unwrap_or_default(),
    }
}

/// The commands of a shell's text, and of a text within it that is given to another shell.
fn scripts(script: &Text) -> Vec<Vec<Word>> {
    split(script).into_iter().flat_map(inside).collect()
}

/// `bash -c TEXT` stands for the commands of the text.
fn inside(command: Vec<Word>) -> Vec<Vec<Word>> {
    let is_shell = |word: &Text| matches!(word.value.rsplit('/').next(), Some("bash" | "sh"));
    let runs_text = |word: &Text| word.value.starts_with('-') && word.value.ends_with('c');
    match command.as_slice() {
        [Some(shell), Some(option), Some(text), ..] if is_shell(shell) && runs_text(option) => split(text),
        _ => vec![command],
    }
}

/// A here-document may hold anything in lines that look like commands: a text with one is not read.
fn split(script: &Text) -> Vec<Vec<Word>> {
    let mut commands = Vec::new();
    if !script.value.contains(PROGRAM) || script.value.contains("<<") {
        return commands;
    }
    let (mut open, mut line_count) = (String::new(), 0);
    for line in script.value.replace("\\\n", " ").lines() {
        open.push_str(line);
        if let Some(words) = shlex::split(&open) {
            apart(words, script, &mut commands);
            open.clear();
            line_count = 0;
        } else if line_count > MOST_LINES {
            break;
        } else {
            // The quotes are closed on a later line.
            open.push('\n');
            line_count += 1;
        }
    }
    commands
}

/// The commands of one line.
fn apart(words: Vec<String>, script: &Text, commands: &mut Vec<Vec<Word>>) {
    let mut command = Vec::new();
    for word in words {
        if OPERATORS.contains(&word.as_str()) {
            commands.push(std::mem::take(&mut command));
            continue;
        }
        let (value, ends) = word.strip_suffix(';').map_or((word.as_str(), false), |value| (value, true));
        command.push(Some(Text { value: value.to_owned(), at: script.at.clone() }));
        if ends {
            commands.push(std::mem::take(&mut command));
        }
    }
    commands.push(command);
}

/// What spark-submit is given, if that is the command.
fn arguments(command: &[Word]) -> Option<&[Word]> {
    let stands_before = |word: &Word| {
        word.as_ref().is_some_and(|word| BEFORE_COMMANDS.contains(&word.value.as_str()) || is_assignment(&word.value))
    };
    let start = command.iter().position(|word| !stands_before(word))?;
    let (program, arguments) = command[start..].split_first()?;
    let is_it = program.as_ref().is_some_and(|program| program.value.rsplit('/').next() == Some(PROGRAM));
    is_it.then_some(arguments)
}

/// `SPARK_HOME=/opt/spark`
fn is_assignment(word: &str) -> bool {
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    word.split_once('=').is_some_and(|(name, _)| !name.is_empty() && is_name(name))
}

/// `--master` wins over `spark.master`, wherever they stand.
fn submission(arguments: &[Word], reading: &mut Reading) {
    let (mut master, mut set_master) = (None, None);
    for (name, value) in options(arguments) {
        match (name.as_str(), setting(&value)) {
            ("--master", _) => master = Some(value),
            ("--packages", _) => reading.submitted_packages.push(value),
            ("--conf" | "-c", Some(("spark.jars.packages", list))) => reading.submitted_packages.push(list),
            ("--conf" | "-c", Some(("spark.master", value))) => set_master = Some(value),
            _ => {}
        }
    }
    reading.submitted_masters.extend(master.or(set_master));
}

/// `spark.master=yarn`
fn setting(text: &Text) -> Option<(&str, Text)> {
    let (key, value) = text.value.split_once('=')?;
    Some((key, Text { value: value.to_owned(), at: text.at.clone() }))
}

/// Options with their values, up to the application or to a word that is not known.
fn options(arguments: &[Word]) -> Vec<(String, Text)> {
    let mut found = Vec::new();
    let mut words = arguments.iter();
    while let Some(Some(word)) = words.next() {
        if !word.value.starts_with('-') {
            break;
        }
        match setting(word).filter(|(name, _)| name.starts_with("--")) {
            Some((name, value)) => found.push((name.to_owned(), value)),
            None if FLAGS.contains(&word.value.as_str()) => {}
            None => {
                if let Some(Some(value)) = words.next() {
                    found.push((word.value.clone(), value.clone()));
                }
            }
        }
    }
    found
}

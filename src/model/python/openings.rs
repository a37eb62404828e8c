//! Files that a program opens for reading as soon as it starts, by a literal absolute path.
//!
//! Only statements of the program itself count: what stands in a function, a branch or a `try` may never run, or may be meant to fail.

use super::Reading;
use super::names::{Names, Text};
use super::tree::{Call, Expr, Kind, Statement, Value};

pub(super) fn read<'tree>(program: &'tree [Statement], names: &Names<'tree>, text: &str, reading: &mut Reading) {
    // Somebody else's `open` may look elsewhere.
    if names.is_bound("open") {
        return;
    }
    for statement in program.iter().filter(|statement| !matches!(statement.kind, Kind::Function { .. })) {
        for value in statement.values() {
            always_run(value, &mut |call| reading.openings.extend(opening(call, names, text)));
        }
    }
}

/// The calls in an expression that are made whenever it is.
fn always_run<'tree>(expr: &'tree Expr, see: &mut impl FnMut(&'tree Call)) {
    match &expr.value {
        Value::Call(call) => {
            see(call);
            always_run(&call.callee, see);
            call.args.iter().for_each(|arg| always_run(arg, see));
            call.keywords.iter().for_each(|keyword| always_run(&keyword.value, see));
        }
        Value::Attribute { of, .. } => always_run(of, see),
        Value::Item { of, key } => {
            always_run(of, see);
            always_run(key, see);
        }
        _ => {}
    }
}

/// Where it is opened, with the path. A name that is used elsewhere too may have been used to make the file.
fn opening<'tree>(call: &'tree Call, names: &Names<'tree>, text: &str) -> Option<Text> {
    if call.is_method() || call.name() != Some("open") || !reads(call, names) {
        return None;
    }
    let given = call.args.first().or_else(|| call.keyword("file").map(|keyword| &keyword.value))?;
    if let Value::Name(name) = &given.value
        && word_count(text, name) != 2
    {
        return None;
    }
    let Value::Text(path) = &names.follow(given).value else { return None };
    path.starts_with('/').then(|| Text { value: path.clone(), at: given.at.clone() })
}

fn reads<'tree>(call: &'tree Call, names: &Names<'tree>) -> bool {
    let mode = call.args.get(1).or_else(|| call.keyword("mode").map(|keyword| &keyword.value));
    mode.is_none_or(|mode| names.text(mode).is_some_and(|mode| mode.value.starts_with('r')))
}

fn word_count(text: &str, word: &str) -> usize {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|part| *part == word).count()
}

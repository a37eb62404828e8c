//! What one scalar means to a typed field, with help for the traps of YAML 1.1.
//!
//! Each function reads a node and says what is wrong in the field's own terms; places are the caller's business.

use std::time::Duration;

use super::node::{Node, Scalar, excerpt};

/// Why a value does not fit its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
}

impl Problem {
    fn kind(expected: &str, node: &Node) -> Self {
        Self { code: "SF008", message: format!("expected {expected}, found {}", node.describe()), help: None }
    }

    #[must_use]
    pub fn range(message: impl Into<String>) -> Self {
        Self { code: "SF009", message: message.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Text as written: `no` and `1.10` stay what they look like.
pub fn text(node: &Node) -> Result<&str, Problem> {
    node.text().ok_or_else(|| Problem::kind("text", node))
}

pub fn boolean(node: &Node) -> Result<bool, Problem> {
    let expected = "`true` or `false`";
    let scalar = typed(node, expected)?;
    match scalar.text.as_str() {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        other => {
            let problem = Problem::kind(expected, node);
            match other.to_lowercase().as_str() {
                "yes" | "y" | "on" => Err(problem.help("YAML 1.2 has no `yes` or `on`: write `true`")),
                "no" | "n" | "off" => Err(problem.help("YAML 1.2 has no `no` or `off`: write `false`")),
                _ => Err(problem),
            }
        }
    }
}

pub fn integer(node: &Node) -> Result<i64, Problem> {
    let expected = "a whole number";
    let scalar = typed(node, expected)?;
    let digits = scalar.text.strip_prefix(['-', '+']).unwrap_or(&scalar.text);
    let decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if decimal && (digits == "0" || !digits.starts_with('0')) {
        return scalar
            .text
            .parse()
            .map_err(|_| Problem::range(format!("`{}` is too large a number", excerpt(&scalar.text))));
    }
    let problem = Problem::kind(expected, node);
    Err(match integer_trap(digits) {
        Some(help) => problem.help(help),
        None => problem,
    })
}

fn integer_trap(digits: &str) -> Option<&'static str> {
    let lower = digits.to_lowercase();
    if lower.starts_with("0x") || lower.starts_with("0o") || lower.starts_with("0b") {
        return Some("write it in decimal");
    }
    if lower.starts_with('0') && lower.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("a leading zero means octal to some readers: write it without");
    }
    if lower.contains(':') {
        return Some("some readers take `22:22` for a number in base 60: write one decimal number");
    }
    if lower.contains('_') || lower.contains(',') {
        return Some("write the digits without separators");
    }
    if lower.contains(['e', '.']) {
        return Some("fractions and exponents are not taken here");
    }
    None
}

pub fn integer_between(node: &Node, min: i64, max: i64) -> Result<i64, Problem> {
    let value = integer(node)?;
    if (min..=max).contains(&value) {
        return Ok(value);
    }
    if min == max {
        return Err(Problem::range(format!("{value} is not understood: only {min} is")));
    }
    if max == i64::MAX {
        return Err(Problem::range(format!("{value} is too small: at least {min}")));
    }
    Err(Problem::range(format!("{value} is out of range: {min} to {max}")))
}

/// A share from 0 to 1.
pub fn share(node: &Node) -> Result<f64, Problem> {
    let expected = "a number from 0 to 1";
    let scalar = typed(node, expected)?;
    match scalar.text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        Ok(value) => Err(Problem::range(format!("{value} is out of range: 0 to 1"))),
        Err(_) => Err(Problem::kind(expected, node)),
    }
}

/// `500ms`, `60s`, `10m`, `1h 30m`.
pub fn duration(node: &Node) -> Result<Duration, Problem> {
    let expected = "a duration such as `60s`";
    let written = node.text().ok_or_else(|| Problem::kind(expected, node))?;
    if written.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::kind(expected, node).help(format!("add the unit: `{written}s`, `{written}m`")));
    }
    let value = humantime::parse_duration(written)
        .map_err(|error| Problem::kind(expected, node).help(format!("units are ms, s, m, h, d ({error})")))?;
    if value > LONGEST {
        return Err(Problem::range(format!("`{}` is too long: at most 365d", excerpt(written))));
    }
    Ok(value)
}

/// Longer waits are mistakes, and clocks cannot add some of them.
const LONGEST: Duration = Duration::from_hours(365 * 24);
/// No machine has more, and sums of amounts must stay numbers.
const LARGEST_MEMORY: u64 = 64 << 40;

/// `512m`, `1g`: bytes, in powers of 1024.
pub fn memory(node: &Node) -> Result<u64, Problem> {
    let expected = "an amount of memory such as `512m` or `1g`";
    let written = node.text().ok_or_else(|| Problem::kind(expected, node))?;
    if memory_text(written).is_some_and(|bytes| bytes > LARGEST_MEMORY) {
        return Err(Problem::range(format!("`{written}` is too much: at most {}", memory_words(LARGEST_MEMORY))));
    }
    memory_text(written).ok_or_else(|| {
        let problem = Problem::kind(expected, node);
        if written.bytes().all(|byte| byte.is_ascii_digit()) {
            problem.help(format!("add the unit: `{written}m`"))
        } else {
            problem.help("units are k, m and g; whole numbers only")
        }
    })
}

/// Bytes of `512m`, `1g`, `1gb`, `1GiB`.
#[must_use]
pub fn memory_text(written: &str) -> Option<u64> {
    let lower = written.trim().to_lowercase();
    let digits = lower.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = lower[..digits].parse().ok()?;
    let factor: u64 = match &lower[digits..] {
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(factor).filter(|bytes| *bytes > 0)
}

/// The amount as a person writes it: the largest unit that divides it.
#[must_use]
pub fn memory_words(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    match bytes {
        _ if bytes.is_multiple_of(GIB) => format!("{}g", bytes / GIB),
        _ if bytes.is_multiple_of(MIB) => format!("{}m", bytes / MIB),
        _ => format!("{}k", bytes.div_ceil(1024)),
    }
}

/// A scalar as JSON: what plain YAML 1.2 makes of it.
pub fn json(node: &Node) -> Result<serde_json::Value, Problem> {
    let scalar = node.scalar().ok_or_else(|| Problem::kind("one value", node))?;
    if !scalar.is_plain() {
        return Ok(scalar.text.clone().into());
    }
    if scalar.is_null() {
        return Ok(serde_json::Value::Null);
    }
    if let Ok(value) = integer(node) {
        return Ok(value.into());
    }
    if let Ok(value) = boolean(node) {
        return Ok(value.into());
    }
    let number = scalar.text.parse::<f64>().ok().filter(|number| number.is_finite());
    let number = number.filter(|_| scalar.text.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
    Ok(number.and_then(serde_json::Number::from_f64).map_or_else(|| scalar.text.clone().into(), Into::into))
}

fn typed<'node>(node: &'node Node, expected: &str) -> Result<&'node Scalar, Problem> {
    match node.scalar() {
        Some(scalar) if scalar.is_null() => Err(Problem::kind(expected, node)),
        Some(scalar) if scalar.may_be_typed() => Ok(scalar),
        Some(_) => Err(Problem::kind(expected, node).help("remove the quotes")),
        None => Err(Problem::kind(expected, node)),
    }
}

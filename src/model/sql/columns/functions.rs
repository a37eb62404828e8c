//! What Spark's built-in functions return. A function that is not here returns something unknown.

use super::scope::Value;
use super::types::{common, common_of};
use crate::model::pipeline::FieldType;
use crate::model::sql::reading::Nulls;

/// What a function's result may be, by the way it is found.
enum Result {
    /// Null where an argument is null, and nowhere else.
    Strict(FieldType),
    /// Null for other reasons too.
    Loose(FieldType),
    Never(FieldType),
}

/// Spark's constants that need no brackets: no column is missing where one of them is named.
pub(super) const CONSTANTS: [&str; 9] = [
    "current_catalog",
    "current_database",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "grouping__id",
    "session_user",
    "user",
];

/// Functions that make rows: their columns have names of their own.
pub(super) const GENERATORS: [&str; 9] = [
    "explode",
    "explode_outer",
    "inline",
    "inline_outer",
    "json_tuple",
    "parse_url_tuple",
    "posexplode",
    "posexplode_outer",
    "stack",
];

/// Functions whose first argument of three is a unit of time, not a column.
pub(super) const UNIT_FIRST: [&str; 6] =
    ["date_add", "date_diff", "dateadd", "datediff", "timestampadd", "timestampdiff"];

/// Functions of one argument that give null for null, and for nothing else a condition could hold with.
pub(super) const STRICT_OF_ONE: [&str; 12] =
    ["abs", "date", "day", "length", "lower", "ltrim", "month", "rtrim", "to_date", "trim", "upper", "year"];

/// The value of a call.
pub(super) fn value(name: &str, arguments: Vec<Value>) -> Value {
    let kinds: Vec<Option<FieldType>> = arguments.iter().map(|argument| argument.kind.clone()).collect();
    let strictest = arguments.iter().map(|argument| argument.nulls).max().unwrap_or(Nulls::Never);
    let (kind, nulls) = match by_name(name).or_else(|| by_argument(name, &kinds)) {
        Some(Result::Strict(kind)) => (Some(kind), strictest),
        Some(Result::Loose(kind)) => (Some(kind), Nulls::Unknown),
        Some(Result::Never(kind)) => (Some(kind), Nulls::Never),
        None => (None, Nulls::Unknown),
    };
    let nulls = match name {
        "coalesce" | "nvl" | "ifnull" => {
            if arguments.iter().any(|argument| argument.nulls == Nulls::Never) {
                Nulls::Never
            } else {
                strictest
            }
        }
        _ => nulls,
    };
    Value { kind, nulls, ..Value::made_of(arguments) }
}

/// Functions that always return the same type.
fn by_name(name: &str) -> Option<Result> {
    Some(match name {
        "upper" | "lower" | "ucase" | "lcase" | "concat_ws" | "substring" | "substr" | "substring_index" | "trim"
        | "ltrim" | "rtrim" | "btrim" | "lpad" | "rpad" | "replace" | "regexp_replace" | "initcap" | "translate"
        | "md5" | "sha" | "sha1" | "sha2" | "base64" | "hex" | "repeat" | "soundex" | "space" | "string" => {
            Result::Strict(FieldType::String)
        }
        "regexp_extract" | "date_format" | "from_unixtime" | "to_json" | "get_json_object" | "format_string"
        | "format_number" | "split_part" | "printf" | "chr" | "char" | "dayname" => Result::Loose(FieldType::String),
        "uuid" | "current_user" | "user" | "current_database" | "input_file_name" => Result::Never(FieldType::String),
        "length" | "char_length" | "character_length" | "len" | "ascii" | "instr" | "locate" | "levenshtein"
        | "hash" | "bit_length" | "octet_length" => Result::Strict(FieldType::Int),
        "year" | "quarter" | "month" | "day" | "dayofmonth" | "dayofweek" | "weekday" | "dayofyear" | "hour"
        | "minute" | "second" | "weekofyear" | "datediff" | "date_diff" | "size" | "cardinality" => {
            Result::Loose(FieldType::Int)
        }
        "row_number" | "rank" | "dense_rank" | "ntile" => Result::Never(FieldType::Int),
        "count" | "count_if" | "approx_count_distinct" | "monotonically_increasing_id" => {
            Result::Never(FieldType::Bigint)
        }
        "xxhash64" | "unix_timestamp" | "to_unix_timestamp" | "unix_millis" | "unix_micros" | "unix_seconds"
        | "bigint" => Result::Loose(FieldType::Bigint),
        "int" => Result::Loose(FieldType::Int),
        "sqrt" | "exp" | "ln" | "log" | "log2" | "log10" | "pow" | "power" | "rand" | "random" | "randn" | "sin"
        | "cos" | "tan" | "asin" | "acos" | "atan" | "atan2" | "degrees" | "radians" | "cbrt" | "stddev"
        | "stddev_samp" | "stddev_pop" | "variance" | "var_samp" | "var_pop" | "corr" | "covar_pop" | "covar_samp"
        | "skewness" | "kurtosis" | "percent_rank" | "cume_dist" | "months_between" | "percentile" | "pi"
        | "double" => Result::Loose(FieldType::Double),
        "current_timestamp" | "now" => Result::Never(FieldType::Timestamp),
        "to_timestamp" | "date_trunc" | "from_utc_timestamp" | "to_utc_timestamp" | "timestamp"
        | "timestamp_seconds" | "timestamp_millis" | "timestamp_micros" => Result::Loose(FieldType::Timestamp),
        "current_date" | "curdate" => Result::Never(FieldType::Date),
        "to_date" | "date" | "date_sub" | "add_months" | "last_day" | "next_day" | "trunc" | "make_date" => {
            Result::Loose(FieldType::Date)
        }
        "isnull" | "isnotnull" | "isnan" => Result::Never(FieldType::Boolean),
        "array_contains" | "any" | "every" | "some" | "bool_and" | "bool_or" | "startswith" | "endswith"
        | "contains" | "boolean" => Result::Loose(FieldType::Boolean),
        "split" => Result::Loose(FieldType::List(Box::new(FieldType::String))),
        _ => return None,
    })
}

/// Functions that return what they are given, or something made of it.
fn by_argument(name: &str, kinds: &[Option<FieldType>]) -> Option<Result> {
    let first = kinds.first().and_then(Option::as_ref);
    Some(match name {
        "min" | "max" | "first" | "last" | "any_value" | "first_value" | "last_value" | "nth_value" | "mode"
        | "max_by" | "min_by" | "nullif" | "array_distinct" | "sort_array" | "array_sort" | "shuffle" => {
            Result::Loose(first?.clone())
        }
        "lag" | "lead" if kinds.len() < 3 => Result::Loose(first?.clone()),
        "abs" | "negative" | "positive" => Result::Strict(first?.clone()),
        "round" | "bround" => match first? {
            kind @ (FieldType::Int | FieldType::Bigint | FieldType::Double) => Result::Strict(kind.clone()),
            _ => return None,
        },
        "floor" | "ceil" | "ceiling" => match first? {
            FieldType::Int | FieldType::Bigint | FieldType::Double if kinds.len() == 1 => {
                Result::Strict(FieldType::Bigint)
            }
            _ => return None,
        },
        "coalesce" | "nvl" | "ifnull" | "greatest" | "least" => Result::Loose(common_of(kinds)?),
        "if" | "nvl2" if kinds.len() == 3 => Result::Loose(common(kinds[1].as_ref()?, kinds[2].as_ref()?)?),
        "concat" => {
            let texts = kinds.iter().all(|kind| kind.as_ref().is_some_and(|kind| !matches!(kind, FieldType::List(_))));
            texts.then_some(Result::Strict(FieldType::String))?
        }
        "reverse" => match first? {
            FieldType::String | FieldType::Uuid => Result::Strict(FieldType::String),
            _ => return None,
        },
        "sum" => Result::Loose(match first? {
            FieldType::Int | FieldType::Bigint => FieldType::Bigint,
            FieldType::Double => FieldType::Double,
            FieldType::Decimal { precision, scale } => {
                FieldType::Decimal { precision: (*precision + 10).min(38), scale: *scale }
            }
            _ => return None,
        }),
        "avg" | "mean" => match first? {
            FieldType::Int | FieldType::Bigint | FieldType::Double => Result::Loose(FieldType::Double),
            _ => return None,
        },
        "collect_list" | "collect_set" | "array_agg" => Result::Never(FieldType::List(Box::new(first?.clone()))),
        "array" => Result::Never(FieldType::List(Box::new(common_of(kinds)?))),
        "explode" | "explode_outer" => Result::Loose(item(first?)?),
        "element_at" => Result::Loose(match first? {
            FieldType::Map(_, value) => value.as_ref().clone(),
            other => item(other)?,
        }),
        "map_keys" => match first? {
            FieldType::Map(key, _) => Result::Strict(FieldType::List(key.clone())),
            _ => return None,
        },
        "map_values" => match first? {
            FieldType::Map(_, value) => Result::Strict(FieldType::List(value.clone())),
            _ => return None,
        },
        "date_add" if kinds.len() == 2 => Result::Loose(FieldType::Date),
        _ => return None,
    })
}

fn item(kind: &FieldType) -> Option<FieldType> {
    match kind {
        FieldType::List(item) => Some(item.as_ref().clone()),
        _ => None,
    }
}

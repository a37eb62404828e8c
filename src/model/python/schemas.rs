//! `StructType([StructField("name", StringType()), ...])`, where every name is certain.

use super::names::Names;
use super::tree::{Expr, Value};
use super::{Field, Reading, Schema};

pub(super) fn expr<'tree>(expr: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    let Value::Call(call) = &expr.value else { return };
    if call.name() != Some("StructType") {
        return;
    }
    let fields = call.args.first().or_else(|| call.keyword("fields").map(|keyword| &keyword.value));
    let Some(Value::List(items)) = fields.map(|fields| &names.follow(fields).value) else { return };
    let fields: Option<Vec<Field>> = items.iter().map(|item| field(item, names)).collect();
    if let Some(fields) = fields {
        reading.schemas.push(Schema { at: expr.at.clone(), fields });
    }
}

fn field<'tree>(item: &'tree Expr, names: &Names<'tree>) -> Option<Field> {
    let Value::Call(call) = &names.follow(item).value else { return None };
    if call.name() != Some("StructField") {
        return None;
    }
    let name = call.args.first().or_else(|| call.keyword("name").map(|keyword| &keyword.value))?;
    let kind = call.args.get(1).or_else(|| call.keyword("dataType").map(|keyword| &keyword.value));
    Some(Field { name: names.text(name)?, kind: kind.and_then(|kind| type_name(names.follow(kind))) })
}

/// `IntegerType` of `IntegerType()`, `T.IntegerType()` and `IntegerType`.
fn type_name(kind: &Expr) -> Option<String> {
    match &kind.value {
        Value::Call(call) => call.name().map(str::to_owned),
        Value::Name(name) | Value::Attribute { name, .. } => Some(name.clone()),
        _ => None,
    }
}

//! SF701: secrets in the file.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::files::dotted;
use crate::spec::node::Origin;
use crate::spec::service_keys::SettingKind;

/// All of them.
pub(super) fn all(facts: &Facts<'_>, found: &mut Diagnostics) {
    literal_secrets(facts, found);
    secret_looking_env(facts, found);
}

/// SF701: secrets by reference only.
fn literal_secrets(facts: &Facts<'_>, found: &mut Diagnostics) {
    for entry in facts.scope.section("services") {
        let Some(blueprint) = facts.scope.services.get(&entry.key.text) else {
            continue;
        };
        for (key, _) in blueprint.settings.iter().filter(|(_, setting)| setting.kind == SettingKind::Secret) {
            let Some(node) = dotted(&entry.value, key) else {
                continue;
            };
            if node.scalar().is_some_and(|scalar| !scalar.is_null() && scalar.origin == Origin::Written) {
                let message = format!("the {key} of `{}` is written in the file", entry.key.text);
                found.push(Diagnostic::error("SF701", message).at(node.span, "a secret in clear text").help(format!(
                    "take it from a variable: `{key}: \"${{{}_{}}}\"`, or leave it out and one is generated",
                    entry.key.text.to_uppercase(),
                    key.to_uppercase()
                )));
            }
        }
    }
}

/// SF701 for plain containers: the name gives it away.
fn secret_looking_env(facts: &Facts<'_>, found: &mut Diagnostics) {
    for entry in facts.scope.section("services") {
        for variable in entry.value.get("env").map_or(&[][..], |env| env.entries()) {
            let name = variable.key.text.to_uppercase();
            let secret = ["PASSWORD", "SECRET", "TOKEN", "API_KEY"].iter().any(|word| name.ends_with(word));
            let written = variable
                .value
                .scalar()
                .is_some_and(|scalar| !scalar.text.is_empty() && scalar.origin == Origin::Written);
            if secret && written {
                let message =
                    format!("`{}` of `{}` looks like a secret, written in the file", variable.key.text, entry.key.text);
                found.push(
                    Diagnostic::warning("SF701", message)
                        .at(variable.value.span, "in clear text")
                        .help(format!("take it from a variable: `\"${{{name}}}\"`")),
                );
            }
        }
    }
}

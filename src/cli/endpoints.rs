//! `endpoints`: where each service answers, and with which login.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::report::table::Table;
use crate::report::{json, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the passwords too
    #[arg(long)]
    show_secrets: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let secrets = if args.show_secrets { Some(stack.session().secrets().await?) } else { None };
    if global.output == Output::Json {
        let listed: Vec<_> = stack
            .topology()
            .endpoints
            .iter()
            .map(|endpoint| {
                let password = endpoint.password_secret.as_ref().and_then(|name| secrets.as_ref()?.get(name));
                json!({
                    "name": endpoint.name,
                    "address": endpoint.address,
                    "user": endpoint.user,
                    "password": password.map(|secret| secret.expose_secret().to_string()),
                })
            })
            .collect();
        json::print_json(&json!({"endpoints": listed}))?;
        return Ok(Exit::Done);
    }
    text::out(table(&stack, secrets.as_ref()));
    Ok(Exit::Done)
}

/// The table that `up` ends with as well.
pub(super) fn table(stack: &Stack, secrets: Option<&BTreeMap<String, SecretString>>) -> Table {
    let mut table = Table::new(&["SERVICE", "ADDRESS", "USER", "PASSWORD"]);
    for endpoint in &stack.topology().endpoints {
        let password = match (&endpoint.password_secret, secrets) {
            (None, _) => "-".to_string(),
            (Some(_), None) => "endpoints --show-secrets".to_string(),
            (Some(name), Some(secrets)) => secrets
                .get(name)
                .map_or_else(|| "not generated yet".to_string(), |secret| secret.expose_secret().to_string()),
        };
        let user = endpoint.user.clone().unwrap_or_else(|| "-".to_string());
        table.row(&[&endpoint.name, &endpoint.address, &user, &password]);
    }
    table
}

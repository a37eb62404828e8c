//! Secrets live in a volume of the project and are read and written through the keeper, which never runs.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use crate::apply::{Site, StepError};
use crate::blueprint::{SecretForm, SecretShape};
use crate::plan::KEEPER;
use crate::systems::docker::archive::{Content, Found, UploadFile};
use crate::topology::build::SECRETS_PATH;
use crate::topology::labels::engine_name;

/// Secrets are short; anything larger is not ours.
const MOST_BYTES: usize = 1024 * 1024;

/// Every secret of the project, by name.
///
/// # Errors
/// When the keeper is missing or the engine refuses.
pub async fn read_secrets(site: &Site) -> Result<BTreeMap<String, SecretString>, StepError> {
    let keeper = engine_name(&site.topology.project, KEEPER);
    let found = site.systems.docker.get_files(&keeper, SECRETS_PATH, MOST_BYTES).await?.unwrap_or_default();
    let mut secrets = BTreeMap::new();
    for (path, content) in found {
        if let Found::Bytes(bytes) = content {
            secrets.insert(path, SecretString::from(String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(secrets)
}

pub(super) async fn create(site: &Site, name: &str) -> Result<(), StepError> {
    let Some(secret) = site.topology.secrets.get(name) else {
        return Err(StepError::Other(format!("the topology has no secret `{name}`")));
    };
    let value = match &secret.given {
        Some(given) => given.clone(),
        None => generate(&secret.shape)?,
    };
    let file = UploadFile {
        path: name.to_string(),
        mode: 0o600,
        uid: 0,
        gid: 0,
        content: Content::Bytes(value.expose_secret().as_bytes().to_vec()),
    };
    let keeper = engine_name(&site.topology.project, KEEPER);
    Ok(site.systems.docker.put_files(&keeper, SECRETS_PATH, vec![file]).await?)
}

fn generate(shape: &SecretShape) -> Result<SecretString, StepError> {
    let mut bytes = vec![0_u8; shape.bytes];
    getrandom::fill(&mut bytes).map_err(|error| StepError::Other(format!("the system gives no random bytes: {error}")))?;
    let text = match shape.form {
        SecretForm::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        SecretForm::Fernet => URL_SAFE.encode(&bytes),
        SecretForm::Uuid => URL_SAFE_NO_PAD.encode(&bytes),
    };
    Ok(SecretString::from(text))
}

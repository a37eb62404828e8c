//! Secrets live in a volume of the project and are read and written through the keeper, which never runs.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use crate::apply::{Site, StepError};
use crate::blueprint::{SecretForm, SecretShape};
use crate::systems::docker::archive::{Content, UploadFile};
use crate::topology::build::KEEPER;
use crate::topology::build::SECRETS_PATH;
use crate::topology::labels::engine_name;

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
    let written = site.session.docker.put_files(&keeper, SECRETS_PATH, vec![file]).await;
    site.session.forget_secrets().await;
    Ok(written?)
}

fn generate(shape: &SecretShape) -> Result<SecretString, StepError> {
    let mut bytes = vec![0_u8; shape.bytes];
    getrandom::fill(&mut bytes)
        .map_err(|error| StepError::Other(format!("the system gives no random bytes: {error}")))?;
    let text = match shape.form {
        SecretForm::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        SecretForm::Fernet => URL_SAFE.encode(&bytes),
        SecretForm::Uuid => URL_SAFE_NO_PAD.encode(&bytes),
    };
    Ok(SecretString::from(text))
}

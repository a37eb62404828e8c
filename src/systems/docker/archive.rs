//! Files into and out of a container, running, stopped or never started, through the engine's archive endpoint.
//!
//! The endpoint writes into named volumes too, keeps uid, gid and mode, and replaces files and symlinks; it can
//! neither delete nor reach a tmpfs. It fails under a read-only root outside a volume.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::time::Duration;

use bollard::query_parameters::{ContainerArchiveInfoOptions, DownloadFromContainerOptions, UploadToContainerOptions};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use super::{DockerError, Engine, SHORT, call, failed};

const TRANSFER: Duration = Duration::from_mins(5);

/// Something to be put at a path relative to the base folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadFile {
    pub path: String,
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Bytes(Vec<u8>),
    Symlink(String),
    Directory,
}

/// Something found at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    Bytes(Vec<u8>),
    Symlink(String),
}

impl Engine {
    /// Puts files below `base`, a folder that must exist in the container.
    ///
    /// Folders that are missing on the way are made with the owner of the file that needs them; existing ones keep
    /// theirs. What stands at a file's or symlink's path is replaced.
    ///
    /// # Errors
    /// When the container or `base` is missing (`is_absent`), or the engine refuses.
    pub async fn put_files(&self, container: &str, base: &str, files: Vec<UploadFile>) -> Result<(), DockerError> {
        let action = || format!("put {} files into `{container}:{base}`", files.len());
        let parents = self.missing_parents(container, base, &files).await?;
        let bytes = pack(&files, &parents).map_err(|source| DockerError::Io { action: action(), source })?;
        let options = UploadToContainerOptions {
            path: base.to_owned(),
            no_overwrite_dir_non_dir: Some("true".to_owned()),
            copy_uidgid: None,
        };
        let docker = self.patient(TRANSFER);
        let body = bollard::body_full(bytes.into());
        let request = docker.upload_to_container(container, Some(options), body);
        call(action, TRANSFER, request).await
    }

    /// Files and symlinks at or below a path, by path relative to it (`""` for a single file); `None` when the
    /// container or the path does not exist.
    ///
    /// # Errors
    /// When there is more than `max_bytes`, or the engine refuses.
    pub async fn get_files(
        &self,
        container: &str,
        path: &str,
        max_bytes: usize,
    ) -> Result<Option<BTreeMap<String, Found>>, DockerError> {
        let action = || format!("read `{container}:{path}`");
        let options = DownloadFromContainerOptions { path: path.to_owned() };
        let docker = self.patient(TRANSFER);
        let mut chunks = Box::pin(docker.download_from_container(container, Some(options)));
        let mut bytes: Vec<u8> = Vec::new();
        let transfer = async {
            while let Some(chunk) = chunks.next().await {
                bytes.extend_from_slice(&chunk.map_err(|source| failed(action(), source))?);
                if bytes.len() > max_bytes {
                    return Err(DockerError::Refused {
                        action: action(),
                        reason: format!("it holds more than {max_bytes} bytes"),
                    });
                }
            }
            Ok(())
        };
        match tokio::time::timeout(TRANSFER, transfer).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if error.is_absent() => return Ok(None),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                return Err(DockerError::Timeout { action: action(), seconds: TRANSFER.as_secs() });
            }
        }
        let found = unpack(&bytes).map_err(|source| DockerError::Io { action: action(), source })?;
        Ok(Some(found))
    }

    /// Asks from the top down, and stops at the first folder that is missing: all below it is missing too.
    async fn missing_parents(
        &self,
        container: &str,
        base: &str,
        files: &[UploadFile],
    ) -> Result<BTreeMap<String, (u64, u64)>, DockerError> {
        let given: BTreeSet<&str> =
            files.iter().filter(|file| file.content == Content::Directory).map(|file| file.path.as_str()).collect();
        let mut existing = BTreeSet::new();
        let mut missing: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for file in files {
            let mut below_missing = false;
            for parent in parents_of(&file.path) {
                if given.contains(parent) || missing.contains_key(parent) {
                    below_missing = true;
                    continue;
                }
                if existing.contains(parent) {
                    continue;
                }
                let full = format!("{}/{parent}", base.trim_end_matches('/'));
                if !below_missing && self.path_exists(container, &full).await? {
                    existing.insert(parent);
                    continue;
                }
                below_missing = true;
                missing.insert(parent.to_owned(), (file.uid, file.gid));
            }
        }
        Ok(missing)
    }

    async fn path_exists(&self, container: &str, path: &str) -> Result<bool, DockerError> {
        let options = ContainerArchiveInfoOptions { path: path.to_owned() };
        let request = self.docker.get_container_archive_info(container, Some(options));
        let action = || format!("look at `{container}:{path}`");
        match call(action, SHORT, request).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_absent() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// `a/b/c` has `a` and `a/b` above it.
fn parents_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(index, _)| &path[..index]).filter(|parent| !parent.is_empty())
}

/// A tar of sorted entries without times: the same files make the same bytes.
fn pack(files: &[UploadFile], parents: &BTreeMap<String, (u64, u64)>) -> Result<Vec<u8>, std::io::Error> {
    let directory = Content::Directory;
    let mut entries: BTreeMap<&str, (u32, (u64, u64), &Content)> =
        parents.iter().map(|(path, owner)| (path.as_str(), (0o755, *owner, &directory))).collect();
    for file in files {
        let entry = (file.mode, (file.uid, file.gid), &file.content);
        entries.insert(file.path.as_str(), entry);
    }
    let mut builder = tar::Builder::new(Vec::new());
    for (path, (mode, (uid, gid), content)) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_uid(uid);
        header.set_gid(gid);
        header.set_mtime(0);
        header.set_size(0);
        match content {
            Content::Bytes(bytes) => {
                header.set_entry_type(tar::EntryType::Regular);
                header.set_size(bytes.len() as u64);
                builder.append_data(&mut header, path, bytes.as_slice())?;
            }
            Content::Symlink(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                builder.append_link(&mut header, path, target)?;
            }
            Content::Directory => {
                header.set_entry_type(tar::EntryType::Directory);
                builder.append_data(&mut header, path, std::io::empty())?;
            }
        }
    }
    builder.into_inner()
}

/// The engine's answer has the last part of the asked path in front of every entry.
fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Found>, std::io::Error> {
    let mut found = BTreeMap::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let relative = path.split_once('/').map_or("", |(_, rest)| rest).trim_end_matches('/').to_owned();
        match entry.header().entry_type() {
            tar::EntryType::Symlink => {
                let target = entry.link_name()?.unwrap_or_default();
                found.insert(relative, Found::Symlink(target.to_string_lossy().into()));
            }
            tar::EntryType::Regular => {
                let mut content = Vec::new();
                entry.read_to_end(&mut content)?;
                found.insert(relative, Found::Bytes(content));
            }
            _ => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: Content) -> UploadFile {
        UploadFile { path: path.to_owned(), mode: 0o440, uid: 50000, gid: 50000, content }
    }

    #[test]
    fn a_path_has_every_folder_above_it() {
        let parents: Vec<&str> = parents_of("a/b/c.txt").collect();
        assert_eq!(parents, ["a", "a/b"]);
        assert_eq!(parents_of("c.txt").count(), 0);
    }

    #[test]
    fn the_same_files_in_any_order_make_the_same_archive() {
        let one = file("x/one", Content::Bytes(b"1".to_vec()));
        let two = file("x/two", Content::Symlink("one".to_owned()));
        let parents = BTreeMap::from([("x".to_owned(), (1, 1))]);
        let forward = pack(&[one.clone(), two.clone()], &parents).unwrap();
        let backward = pack(&[two, one], &parents).unwrap();
        assert_eq!(forward, backward);
    }

    #[test]
    fn what_is_packed_below_a_folder_comes_out_relative_to_it() {
        let packed = pack(
            &[file("top/a", Content::Bytes(b"1".to_vec())), file("top/sub/b", Content::Symlink("../a".to_owned()))],
            &BTreeMap::new(),
        )
        .unwrap();
        let expected = BTreeMap::from([
            ("a".to_owned(), Found::Bytes(b"1".to_vec())),
            ("sub/b".to_owned(), Found::Symlink("../a".to_owned())),
        ]);
        assert_eq!(unpack(&packed).unwrap(), expected);
    }
}

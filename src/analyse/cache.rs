//! Answers that were given before, in the user's cache folder.
//!
//! There, and neither in the project nor in the engine: `plan` changes nothing in either, and an answer is worth
//! the same to every checkout and project of this user. An answer depends on nothing but its question, so it never
//! expires; the oldest go when there are too many. A file that cannot be read counts as never written.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::model::analysis::Analysis;

const MOST_ANSWERS: usize = 64;
/// Larger answers are asked for again rather than kept.
const LARGEST: usize = 4 * 1024 * 1024;

/// A folder of answers.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The answer to a question, if it was asked before.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<Analysis> {
        let bytes = std::fs::read(self.path(key)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Keeps an answer: whole or not at all, whoever else writes at the same time.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep(&self, key: &str, analysis: &Analysis) -> std::io::Result<()> {
        let bytes = serde_json::to_vec(analysis)?;
        if bytes.len() > LARGEST {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&bytes)?;
        file.persist(self.path(key))?;
        self.forget_oldest()
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    fn forget_oldest(&self) -> std::io::Result<()> {
        let mut answers: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            // Gone between the list and the look: another process forgets as well.
            let Ok(written) = path.metadata().and_then(|about| about.modified()) else { continue };
            if is_answer(&path) {
                answers.push((written, path));
            }
        }
        answers.sort();
        let surplus = answers.len().saturating_sub(MOST_ANSWERS);
        for (_, path) in answers.iter().take(surplus) {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_answer(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analysis(spark: &str) -> Analysis {
        Analysis { spark: spark.to_owned(), ..Analysis::default() }
    }

    #[test]
    fn an_answer_is_found_by_its_question_alone() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("below"));
        assert_eq!(cache.find("a"), None);
        cache.keep("a", &analysis("3.5.7")).unwrap();
        assert_eq!(cache.find("a"), Some(analysis("3.5.7")));
        assert_eq!(cache.find("b"), None);
    }

    #[test]
    fn what_cannot_be_read_is_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), b"{ half").unwrap();
        let cache = Cache::new(folder.path().to_path_buf());
        assert_eq!(cache.find("a"), None);
        cache.keep("a", &analysis("4")).unwrap();
        assert_eq!(cache.find("a"), Some(analysis("4")));
    }

    #[test]
    fn the_folder_does_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_path_buf());
        for number in 0..MOST_ANSWERS + 5 {
            cache.keep(&number.to_string(), &analysis("3")).unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), MOST_ANSWERS);
        assert!(cache.find(&(MOST_ANSWERS + 4).to_string()).is_some());
    }
}

//! Free space where the engine keeps images and volumes, as far as it can be seen from this machine. The engine itself does not say.

use super::connect::EngineInfo;

impl EngineInfo {
    /// Bytes that the engine can still write; none where its folder is inside another machine, as with Docker Desktop and Colima.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn free_disk_bytes(&self) -> Option<u64> {
        if self.data_folder.is_empty() || self.system.contains("Docker Desktop") {
            return None;
        }
        // An engine in a container or a small virtual machine names a folder that is not there, or another machine's kernel.
        if !std::path::Path::new(&self.data_folder).is_dir() || self.kernel != this_kernel()? {
            return None;
        }
        let found = rustix::fs::statvfs(self.data_folder.as_str()).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }

    /// Elsewhere every engine runs in a machine of its own.
    #[cfg(not(target_os = "linux"))]
    #[must_use]
    pub fn free_disk_bytes(&self) -> Option<u64> {
        None
    }
}

#[cfg(target_os = "linux")]
fn this_kernel() -> Option<String> {
    Some(std::fs::read_to_string("/proc/sys/kernel/osrelease").ok()?.trim().to_owned())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    fn engine(folder: &str, kernel: &str) -> EngineInfo {
        EngineInfo {
            id: String::new(),
            server_version: String::new(),
            api_version: String::new(),
            os: "linux".to_owned(),
            system: "Debian GNU/Linux 12 (bookworm)".to_owned(),
            kernel: kernel.to_owned(),
            data_folder: folder.to_owned(),
            architecture: "x86_64".to_owned(),
            memory_bytes: 0,
            cpu_count: 1,
        }
    }

    #[test]
    fn what_is_free_is_known_where_the_engine_writes_to_this_machine() {
        let kernel = this_kernel().unwrap();
        assert!(engine("/", &kernel).free_disk_bytes().is_some());
    }

    #[test]
    fn nothing_is_said_of_a_disk_in_another_machine() {
        let kernel = this_kernel().unwrap();
        assert_eq!(engine("/nowhere/docker", &kernel).free_disk_bytes(), None);
        assert_eq!(engine("/", "another kernel").free_disk_bytes(), None);
        let desktop = EngineInfo { system: "Docker Desktop".to_owned(), ..engine("/", &kernel) };
        assert_eq!(desktop.free_disk_bytes(), None);
    }
}

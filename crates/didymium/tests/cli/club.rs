//! The demo club while it runs.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be; its helpers too"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::common::{HEADER, ROW, SOURCES, binary};

/// `didymium demo` with one small table, on any ports that are free.
pub struct Club {
    process: Child,
    dir: PathBuf,
    summary: Value,
}

impl Club {
    /// Starts it in `place` and waits until it says that all nodes agree.
    pub fn start(place: &Path) -> Self {
        let data = place.join("data");
        std::fs::create_dir_all(&data).unwrap();
        let tables = "file,kind,issuer,title_en,title_fr\none.csv,statistic,CAN,O,O\n";
        std::fs::write(data.join("tables.csv"), tables).unwrap();
        std::fs::write(data.join("sources.csv"), SOURCES).unwrap();
        std::fs::write(data.join("one.csv"), format!("{HEADER}{ROW}")).unwrap();
        let dir = place.join("club");
        let mut process = binary()
            .args(["demo", "--json", "--port", "0", "--dir"])
            .arg(&dir)
            .arg("--data")
            .arg(&data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = process.stdout.take().unwrap();
        // One document; the club stays up behind it.
        let summary = serde_json::Deserializer::from_reader(out)
            .into_iter::<Value>()
            .next()
            .unwrap()
            .unwrap();
        Self {
            process,
            dir,
            summary,
        }
    }

    /// Folder of a member's node.
    pub fn folder(&self, member: &str) -> String {
        self.dir.join(member).display().to_string()
    }

    /// Address of a member's node.
    pub fn url(&self, member: &str) -> String {
        let nodes = self.summary["nodes"].as_array().unwrap();
        let node = nodes.iter().find(|node| node["member"] == member).unwrap();
        node["address"].as_str().unwrap().to_owned()
    }

    /// Tells it to stop; it ends well.
    pub fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }
}

/// A test that fails leaves no club behind.
impl Drop for Club {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

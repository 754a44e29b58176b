//! Running the real binary in temporary folders.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be; its helpers too"
)]

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The header of a table of observations.
pub const HEADER: &str = "measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved\n";

/// One good row.
pub const ROW: &str = "production,rare_earths,mine,ore,REO,contained,CHN,,,2023,255000,,t,reported,,usgs-mcs-2025,US-PD,2025-06-01\n";

/// The sources that the rows name.
pub const SOURCES: &str = "source,series,edition,title,publisher,url,licence,attribution,published,published_basis,retrieved\n\
    usgs-mcs-2025,usgs-mcs,2025,Mineral Commodity Summaries 2025,USGS,,US-PD,,2025-01-31,exact,2025-06-01\n";

/// The header of a table of sites.
pub const SITE_HEADER: &str = "site,name,country,place,lat,lon,point_precision,point_source,operator,owners,owners_basis,status,commodity,stage,form,capacity,capacity_unit,substance,mass_basis,capacity_period,process_status,start,basis,note,source,licence,retrieved\n";

/// One good site.
pub const SITE: &str = "mountain-pass,Mountain Pass,USA,California,35.48,-115.53,town,own,MP,,,operating,rare_earths,mine,ore,45000,t,REO,contained,2024,operating,1952,reported,,usgs-mcs-2025,US-PD,2025-06-01\n";

/// What a run of the binary answered.
#[derive(Debug)]
pub struct Answer {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Answer {
    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same answer if the exit code is that.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

/// The binary, without the caller's settings.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_didymium"));
    command.env_remove("DIDYMIUM_LOG").env("NO_COLOR", "1");
    command
}

/// Runs the binary to its end.
pub fn run<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Answer {
    binary().args(args).output().unwrap().into()
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Asks a node in the plainest way: status and body.
pub fn http(url: &str, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    // Of version 1.0, so that the body is the rest.
    let head = format!(
        "{method} {path} HTTP/1.0\r\nhost: {address}\r\ncontent-type: application/cose\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
    (status, answer.split_off(end + 4))
}

/// A node that `didymium serve` runs.
pub struct Serving {
    process: std::process::Child,
    pub url: String,
    /// Where it is in each club that it serves, in the order of its folders.
    pub urls: Vec<String>,
}

impl Serving {
    /// Starts the node of a folder and waits until it says its address.
    pub fn start(dir: &str) -> Self {
        Self::start_all(&[dir])
    }

    /// Starts one node for all these folders and waits until it says its addresses.
    pub fn start_all(dirs: &[&str]) -> Self {
        let mut process = binary()
            .arg("serve")
            .args(dirs.iter().flat_map(|dir| ["--dir", dir]))
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let out = process.stdout.take().unwrap();
        let lines = std::io::BufRead::lines(std::io::BufReader::new(out)).take(dirs.len());
        let address = |line: String| {
            line.split_whitespace()
                .find(|word| word.starts_with("http"))
                .map(|url| url.trim_end_matches(',').to_owned())
        };
        let urls: Vec<String> = lines.map(|line| address(line.unwrap()).unwrap()).collect();
        Self {
            process,
            url: urls[0].clone(),
            urls,
        }
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Tells it to stop; it ends well.
    pub fn stop(mut self) {
        let told = Command::new("kill")
            .arg(self.process.id().to_string())
            .status()
            .unwrap();
        let ended = self.process.wait().unwrap();
        assert!(told.success() && ended.success(), "{}: {ended}", self.url);
    }
}

/// A test that fails leaves no node behind, which would hold its output open.
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder with a node of CAN in `node` and a `sources.csv`.
pub struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Self {
        let desk = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        desk.file("sources.csv", SOURCES);
        desk.init("node");
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn node(&self) -> String {
        self.path("node").display().to_string()
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name).display().to_string()
    }

    /// Another node's folder.
    pub fn init(&self, name: &str) -> String {
        let dir = self.path(name).display().to_string();
        run(&[
            "init",
            "--dir",
            &dir,
            "--member",
            "CAN",
            "--listen",
            "127.0.0.1:0",
        ])
        .ends(0);
        dir
    }

    /// Imports a text as a table of observations.
    pub fn import(&self, node: &str, name: &str, text: &str) -> Answer {
        self.import_as(node, "statistic", name, text)
    }

    pub fn import_as(&self, node: &str, kind: &str, name: &str, text: &str) -> Answer {
        let file = self.file(name, text);
        run(&["import", "--json", "--dir", node, "--kind", kind, &file])
    }
}

/// The twin of an idle folder.
pub fn twin(node: &str) -> serde_json::Value {
    run(&["twin", "digest", "--json", "--dir", node]).json()
}

/// A table of `rows` rows that differ in their subject.
pub fn long_table(rows: usize) -> String {
    let mut text = HEADER.to_owned();
    for row in 0..rows {
        text.push_str(&ROW.replace(",CHN,,,", &format!(",CHN,,subject {row},")));
    }
    text
}

/// The same text with a change in a file that is there already.
pub fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, change(text)).unwrap();
}

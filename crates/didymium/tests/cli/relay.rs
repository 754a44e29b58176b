//! A node between a real one and who asks it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// Passes what is asked on to the node at `url`, with the path that `instead` makes of the one that was asked for. Answers its
/// own address; it runs until the test ends.
pub fn relay(url: &str, mut instead: impl FnMut(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let node = url.strip_prefix("http://").unwrap().to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            request.read_line(&mut line).unwrap();
            let mut words = line.split(' ');
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            let mut asked = format!(
                "{method} {} HTTP/1.1\r\nconnection: close\r\nhost: {node}\r\n",
                instead(path)
            );
            let mut length = 0;
            loop {
                let mut header = String::new();
                request.read_line(&mut header).unwrap();
                let lower = header.to_ascii_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if !(lower.starts_with("host:") || lower.starts_with("connection:")) {
                    asked.push_str(&header);
                }
                if header.len() <= 2 {
                    break;
                }
            }
            let mut asked = asked.into_bytes();
            let body = asked.len();
            asked.resize(body + length, 0);
            request.read_exact(&mut asked[body..]).unwrap();
            // The node ends the connection after its answer, and so does this.
            let mut answer = Vec::new();
            let mut real = TcpStream::connect(&node).unwrap();
            real.write_all(&asked).unwrap();
            real.read_to_end(&mut answer).unwrap();
            stream.write_all(&answer).unwrap();
        }
    });
    at
}

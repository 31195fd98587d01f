//! The program itself, as a process on a free port, and a client that speaks just enough HTTP to it.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A program that has not said where it listens after this long will not.
const STARTING: Duration = Duration::from_secs(30);
/// The program's file.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_guildhall");
const LISTENING: &str = "listening on http://";

/// Runs a command of the program to its end, which must be a good one; what it told.
pub(crate) fn run(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let out = Command::new(PROGRAM)
        .env_clear()
        .envs(environment.iter().copied())
        .args(arguments)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    let error = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{arguments:?}: {told}{error}");
    told
}

/// A running program: killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Binary {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Binary {
    /// Starts the program with these arguments and nothing in its environment but these variables, on port 0.
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(arguments)
            .env_clear()
            .env("GUILDHALL_LISTEN", "127.0.0.1:0")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::<Mutex<String>>::default();
        let (kept, lines) = (log.clone(), BufReader::new(child.stderr.take().unwrap()));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                println!("guildhall: {line}");
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let (tell, told) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        // Reads on to the end: a full pipe would stop the program.
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                println!("guildhall: {line}");
                if let Some(address) = line.trim().strip_prefix(LISTENING) {
                    let _ = tell.send(address.parse().unwrap());
                }
            }
        });
        match told.recv_timeout(STARTING) {
            Ok(address) => Self { child, address, log },
            Err(_) => {
                let _ = child.kill();
                let status = child.wait();
                panic!("the program did not say where it listens; it ended with {status:?}");
            }
        }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Posts an operation; none when the program is gone or goes before it has answered in full.
    pub(crate) async fn query(&self, token: Option<&str>, text: &str, variables: Value) -> Option<Value> {
        let body = serde_json::json!({ "query": text, "variables": variables }).to_string();
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             {}Connection: close\r\n\r\n",
            self.address,
            body.len(),
            token.unwrap_or_default()
        );
        let answer = self.exchange(format!("{head}{body}").as_bytes()).await?;
        serde_json::from_slice(&answer.1).ok()
    }

    /// The same, when it must succeed: what came of it.
    pub(crate) async fn data(&self, token: Option<&str>, text: &str, variables: Value) -> Value {
        let answer = self.query(token, text, variables).await.unwrap();
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        answer["data"].clone()
    }

    /// Posts a form to a path: the status and the body.
    pub(crate) async fn form(&self, path: &str, form: &str) -> Option<(u16, Vec<u8>)> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
            self.address,
            form.len()
        );
        self.exchange(request.as_bytes()).await
    }

    /// Gets a path: the status and the body.
    pub(crate) async fn get(&self, path: &str) -> Option<(u16, Vec<u8>)> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        self.exchange(request.as_bytes()).await
    }

    /// Sends bytes, and reads one answer of a stated length.
    async fn exchange(&self, request: &[u8]) -> Option<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect(self.address).await.ok()?;
        stream.write_all(request).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let split = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&answer[..split]).to_ascii_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length?.trim().parse().ok()?;
        let body = answer.get(split + 4..split + 4 + length)?.to_vec();
        Some((status, body))
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        self.kill();
    }
}

//! The program itself, started on a demonstration of its own, and what Linux says of its memory.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_guildhall");

/// A running program: killed when this is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From its start to its first answer.
    pub(crate) started_in: Duration,
}

/// Loads the demonstration into a folder.
pub(crate) fn load(folder: &Path) {
    let loaded = Command::new(PROGRAM)
        .args(["demo", "--load-only", "--listen", "127.0.0.1:0", "--folder"])
        .arg(folder)
        .status();
    assert!(loaded.expect("the program runs").success());
}

impl Program {
    /// Starts it as a production server on a loaded folder, and waits for its first answer.
    pub(crate) fn serve(folder: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let database = format!("sqlite://{}", folder.join("guildhall.db").display());
        let started = Instant::now();
        let child = Command::new(PROGRAM)
            .arg("serve")
            .env_clear()
            .env("GUILDHALL_DATABASE_URL", database)
            .env("GUILDHALL_PUBLIC_URL", "http://guildhall.example")
            .env("GUILDHALL_SECRET", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=")
            .env("GUILDHALL_SMTP_URL", "smtp://localhost:25")
            .env("GUILDHALL_MAIL_FROM", "Guildhall <alerts@guildhall.example>")
            .env("GUILDHALL_LISTEN", address.to_string())
            .env("GUILDHALL_LOG", "off")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut program = Self {
            child,
            address,
            started_in: Duration::ZERO,
        };
        while !program.get("/health/ready").starts_with("HTTP/1.1 200") {
            assert!(started.elapsed() < Duration::from_secs(30), "it does not start");
            std::thread::sleep(Duration::from_millis(1));
        }
        program.started_in = started.elapsed();
        program
    }

    /// What a path answers, head and all; nothing, when it does not.
    pub(crate) fn get(&self, path: &str) -> String {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        String::from_utf8_lossy(&self.exchange(head.as_bytes())).into_owned()
    }

    /// What the API answers to a body, head and all.
    pub(crate) fn post(&self, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            self.address,
            body.len()
        );
        self.exchange(&[head.as_bytes(), body].concat())
    }

    fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let mut answer = Vec::new();
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return answer;
        };
        // A server that refuses a body may answer and close before all of it is written.
        let _ = stream.write_all(request);
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    /// A line of `/proc/PID/status`, in kB: `VmRSS` is what is resident, `VmHWM` the most that was.
    pub(crate) fn memory(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let found = status.lines().find(|text| text.starts_with(line));
        let number = found.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        number.unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! How long the program takes from its start to its first answer, and what it holds in memory when idle.
//!
//! `cargo bench --bench starting`: nine starts on a demonstration of SQLite's, medians. The memory is the resident set
//! a second after the answer, as Linux gives it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_guildhall");
const STARTS: usize = 9;

fn serve(folder: &Path, address: SocketAddr) -> Child {
    let database = format!("sqlite://{}", folder.join("guildhall.db").display());
    Command::new(PROGRAM)
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
        .expect("the program starts")
}

/// Whether it answers that it is ready.
fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let request = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// Resident memory of a process, in kB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or_default()
}

fn median(mut list: Vec<u64>) -> u64 {
    list.sort_unstable();
    list[list.len() / 2]
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = Command::new(PROGRAM)
        .args(["demo", "--load-only", "--listen", "127.0.0.1:0", "--folder"])
        .arg(folder.path())
        .status();
    assert!(loaded.expect("the program runs").success());
    let (mut millis, mut kilobytes) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let started = Instant::now();
        let mut child = serve(folder.path(), address);
        while !is_ready(address) {
            assert!(started.elapsed() < Duration::from_secs(30), "it does not start");
            std::thread::sleep(Duration::from_millis(1));
        }
        millis.push(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
        std::thread::sleep(Duration::from_secs(1));
        kilobytes.push(resident(child.id()));
        let _ = child.kill();
        let _ = child.wait();
    }
    println!("from start to first answer: {} ms", median(millis));
    println!("resident when idle: {:.1} MB", median(kilobytes) as f64 / 1024.0);
}

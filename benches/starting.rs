//! How long the program takes from its start to its first answer, and what it holds in memory when idle.
//!
//! `cargo bench --bench starting`: nine starts on a demonstration of SQLite's, medians. The memory is the resident set
//! a second after the answer, as Linux gives it.

#[path = "support/program.rs"]
mod program;

use program::Program;
use std::time::Duration;

const STARTS: usize = 9;

fn median(mut list: Vec<u64>) -> u64 {
    list.sort_unstable();
    list[list.len() / 2]
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    program::load(folder.path());
    let (mut micros, mut kilobytes) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let program = Program::serve(folder.path());
        micros.push(u64::try_from(program.started_in.as_micros()).unwrap_or(u64::MAX));
        std::thread::sleep(Duration::from_secs(1));
        kilobytes.push(program.memory("VmRSS"));
        assert!(!program.post(b"{}").is_empty());
    }
    println!("from start to first answer: {} ms", median(micros) / 1_000);
    println!("resident when idle: {:.1} MB", median(kilobytes) as f64 / 1024.0);
}

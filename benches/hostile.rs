//! Bar G1 against the optimised program: hostile anonymous requests, each answered by the same process within 100 ms
//! and 16 kB, with memory up at most 64 MB.
//!
//! `cargo bench --bench hostile`; it fails when the bar does. A request's time is the best of three, over a socket of
//! its own: what the bar must catch takes seconds every time.

#[path = "../tests/corpus/hostile.rs"]
mod corpus;
#[path = "support/program.rs"]
mod program;

use program::Program;
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_millis(100);
const LARGEST: usize = 16 * 1024;
const MEMORY_KB: u64 = 64 * 1024;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    program::load(folder.path());
    let program = Program::serve(folder.path());
    let ordinary =
        br#"{"query":"query Q { contracts(first: 50) { edges { node { title suppliers { name } } } } }"}"#;
    for _ in 0..20 {
        assert!(program.post(ordinary).starts_with(b"HTTP/1.1 200"));
    }
    let before = program.memory("VmRSS");
    let (mut slowest, mut largest) = ((Duration::ZERO, ""), (0, ""));
    let corpus = corpus::hostile();
    for (name, body) in &corpus {
        let (mut best, mut size) = (Duration::MAX, 0);
        for _ in 0..3 {
            let started = Instant::now();
            let answer = program.post(body);
            best = best.min(started.elapsed());
            size = answer.len();
            assert!(size > 0, "{name}: no answer");
        }
        slowest = slowest.max((best, name));
        largest = largest.max((size, name));
    }
    let grown = program.memory("VmHWM").saturating_sub(before);
    println!(
        "{} requests, the slowest {:?} ({})",
        corpus.len(),
        slowest.0,
        slowest.1
    );
    println!(
        "the largest answer {} bytes with its head ({})",
        largest.0, largest.1
    );
    println!("memory up {:.1} MB at most", grown as f64 / 1024.0);
    assert!(slowest.0 < LONGEST, "{} is too slow", slowest.1);
    assert!(largest.0 <= LARGEST, "{} is answered too large", largest.1);
    assert!(grown <= MEMORY_KB, "it grows by {grown} kB");
    assert!(
        program.post(ordinary).starts_with(b"HTTP/1.1 200"),
        "the same process answers"
    );
}

//! Bar S6: 10,000 seeded edits of an audit log, each detected from one later receipt; it fails when one is not.
//!
//! `cargo bench --bench tampering`. It says how many there were of each kind.

#[path = "../tests/corpus/tampering.rs"]
mod tampering;

use std::collections::BTreeMap;
use std::time::Instant;
use tampering::Log;

const EDITS: u64 = 10_000;

fn main() {
    let log = Log::new();
    let whole = log.check(log.export()).expect("the log as it is holds");
    let started = Instant::now();
    let mut kinds = BTreeMap::new();
    for seed in 0..EDITS {
        let (edit, lines) = log.edited(seed);
        assert!(
            log.check(lines).is_err(),
            "edit {seed} was not detected: {edit:?}"
        );
        *kinds.entry(edit).or_insert(0) += 1;
    }
    println!(
        "a log of {} entries; {EDITS} edits, all detected, in {:.1?}",
        whole.size,
        started.elapsed()
    );
    for (edit, count) in kinds {
        println!("  {count:5} {edit:?}");
    }
}

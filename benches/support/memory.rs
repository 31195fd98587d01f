//! The most memory of its own that a process held, as Linux counts it (RssAnon), looked at every 2 ms. Not the pages of
//! SQLite's file: each connection maps them, they count once for each in VmHWM, and the system takes them back at will.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

/// Between two looks.
pub(crate) const LOOK: Duration = Duration::from_millis(2);

/// What a process holds now, in MB. `self` is this one; 0 where it is gone.
pub(crate) fn held(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}

/// Looks at what this process holds, until it is asked for the most.
pub(crate) struct Watch {
    over: Arc<AtomicBool>,
    looks: JoinHandle<u64>,
}

impl Watch {
    pub(crate) fn begin() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let looks = spawn(move || {
            let mut most = held("self");
            while !ends.load(Ordering::Relaxed) {
                sleep(LOOK);
                most = most.max(held("self"));
            }
            most
        });
        Self { over, looks }
    }

    /// The most that was held since it began, in MB.
    pub(crate) fn most(self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        self.looks.join().expect("looks do not fail")
    }
}

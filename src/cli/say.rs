//! What commands say. Whoever reads it may stop at any line (`| head`): then the rest is not said, and that is neither a
//! panic nor a failure, for the work is done or goes on. Any other failure to say it is told when the command ends.

use super::{Failure, failed};
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

/// Says a line on standard output.
macro_rules! say {
    ($($what:tt)*) => { $crate::cli::say::text(format_args!("{}\n", format_args!($($what)*))) };
}

/// Says a line on standard error.
macro_rules! complain {
    ($($what:tt)*) => { $crate::cli::say::complaint(format_args!("{}\n", format_args!($($what)*))) };
}

/// Why the first thing was not said that somebody wanted to read.
static UNSAID: OnceLock<io::Error> = OnceLock::new();

/// Says something on standard output, as it is.
pub(super) fn text(what: impl fmt::Display) {
    heard(write!(io::stdout(), "{what}"));
}

/// The same on standard error, of which nobody can be told that it failed.
pub(super) fn complaint(what: impl fmt::Display) {
    let _ = write!(io::stderr(), "{what}");
}

fn heard(said: io::Result<()>) {
    if let Err(error) = said
        && !stopped_reading(&error)
    {
        let _ = UNSAID.set(error);
    }
}

/// Whether it was not written because nobody reads any more.
pub(super) fn stopped_reading(error: &io::Error) -> bool {
    error.kind() == ErrorKind::BrokenPipe
}

/// Whether everything was said that somebody wanted to read.
pub(super) fn said() -> Result<(), Failure> {
    heard(io::stdout().flush());
    match UNSAID.get() {
        Some(error) => Err(failed(format!("standard output: {error}"))),
        None => Ok(()),
    }
}

//! The log: lines on standard error, filtered by `RUST_LOG` or the configuration's `log`.

use tracing_subscriber::EnvFilter;

/// Starts logging; `filter` holds when `RUST_LOG` is not set. A second call changes nothing.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

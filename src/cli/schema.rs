//! `schema`: the API's schema as text; `schema.graphql` in the repository is this, and a test compares them.

use super::{Failure, say};

/// Prints it.
pub(super) fn run() -> Result<(), Failure> {
    say::text(crate::graphql::sdl());
    Ok(())
}

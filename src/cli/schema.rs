//! `schema`: the API's schema as text; `schema.graphql` in the repository is this, and a test compares them.

use super::Failure;

/// Prints it.
pub(super) fn run() -> Result<(), Failure> {
    print!("{}", crate::graphql::sdl());
    Ok(())
}

//! Suppliers: who they are, whether they signed up or were read from a register.

mod read;
mod resolve;

pub use read::{Supplier, by_ids, of_contracts};
pub use resolve::{Mention, name_key, resolve};

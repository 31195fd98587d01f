//! Suppliers: who they are, whether they signed up or were read from a register.

mod read;
mod resolve;
mod sign_up;

pub use read::{Supplier, by_ids, of_contracts};
pub use resolve::{Mention, name_key, resolve};
pub use sign_up::{SignUp, Size, sign_up};

//! Suppliers: who they are, whether they signed up or were read from a register, what they hold, and what they list.

pub mod evidence;
pub mod numbers;
pub mod products;
mod profile;
mod read;
mod resolve;
mod sign_up;

pub use profile::{Profile, Size, SupplierProfileErrorCode, edit};
pub(crate) use read::by_ids_in;
pub use read::{Supplier, SupplierFilter, by_ids, list, of_contracts};
pub use resolve::{Mention, name_key, resolve};
pub use sign_up::{SignUp, SupplierSignUpErrorCode, sign_up};

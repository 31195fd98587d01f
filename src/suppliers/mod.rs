//! Suppliers: who they are, whether they signed up or were read from a register, what they hold, and what they list.

pub mod evidence;
mod naming;
pub mod numbers;
pub mod places;
pub mod products;
mod profile;
mod read;
mod resolve;
pub mod sectors;
mod sign_up;
pub mod size;
pub mod withdraw;

pub use naming::name_key;
pub use places::{Address, Areas};
pub use profile::{Profile, SupplierProfileErrorCode, confirm_size, edit, sees_figures};
pub(crate) use read::by_ids_in;
pub use read::{Supplier, SupplierFilter, by_ids, list, of_contracts, sizes};
pub use resolve::{How, Mention, Resolved, rekey, resolve};
pub use sign_up::{SignUp, SupplierSignUpErrorCode, sign_up};
pub use size::{Figures, Size};

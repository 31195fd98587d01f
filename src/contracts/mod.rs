//! Contracts registers: what a council has contracted, when it ends, and what can be done about it when.
pub mod term;
pub mod windows;

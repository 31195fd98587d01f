//! Registers and open data, in and out: files become contracts here, and contracts files.
//!
//! [`register`] reads a file and is pure; [`import`] writes what was read into a council's register.

pub mod import;
pub mod register;

//! Registers and open data, in and out: files become contracts here, and contracts files.
//!
//! [`register`] reads a file and is pure, with [`renewal`] for what it says of extensions in prose; [`import`] writes
//! what was read into a council's register. [`notices`] reads and writes releases of contracting processes (OCDS), of any
//! number of councils in one file. [`uploads`] is what people do with registers they upload. [`publish`] gives registers out
//! again, as CSV, as workbooks and as OCDS.

pub mod import;
pub mod notices;
pub mod publish;
pub mod register;
pub mod renewal;
mod run;
pub mod uploads;

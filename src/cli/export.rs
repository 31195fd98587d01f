//! `export`: what is open data, to a file or to standard output, as the server gives it at `/open`.

use super::{Failure, failed, open, say};
use crate::councils::{self, Council};
use crate::exchange::publish::ocds::{self, Kind};
use crate::exchange::publish::register::{Naming, csv, xlsx};
use crate::exchange::publish::{Of, Publisher};
use crate::runtime::Error;
use crate::runtime::config::Publishing;
use clap::{Subcommand, ValueEnum};
use futures_util::{Stream, StreamExt};
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;

#[derive(Debug, Subcommand)]
pub(super) enum Export {
    /// A council's contracts register, as the Transparency Code asks for it.
    Register {
        /// The council whose register it is: GSS code, slug or name.
        #[arg(long)]
        council: String,
        /// CSV for programs, or a workbook for people.
        #[arg(long, value_enum, default_value = "csv")]
        format: Sheet,
        /// The titles of the Local Government Association's template, or the names of its schema.
        #[arg(long, value_enum, default_value = "template")]
        columns: Columns,
        /// Begin the CSV with a byte order mark, by which Excel knows UTF-8.
        #[arg(long)]
        bom: bool,
        /// Where to; standard output, if not given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Contracts under the Open Contracting Data Standard. Needs `public_url` in the configuration.
    Ocds {
        /// Only of this council: GSS code, slug or name.
        #[arg(long)]
        council: Option<String>,
        /// A package of releases, a package of records, or releases one on a line.
        #[arg(long, value_enum, default_value = "releases")]
        format: Package,
        /// Where to; standard output, if not given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Sheet {
    Csv,
    Xlsx,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Columns {
    Template,
    Lga,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Package {
    Releases,
    Records,
    Jsonl,
}

pub(super) async fn run(config: Option<&Path>, export: Export) -> Result<(), Failure> {
    let publishing = Publishing::for_commands(config)?;
    match export {
        Export::Register {
            council,
            format,
            columns,
            bom,
            out,
        } => {
            let council = named(&council)?;
            let naming = match columns {
                Columns::Template => Naming::Template,
                Columns::Lga => Naming::Lga,
            };
            let publisher = publisher(&publishing);
            let app = open::existing(config).await?;
            match format {
                Sheet::Csv => {
                    let form = csv::Form { naming, mark: bom };
                    write(csv::written(&app, &publisher, council, form), out).await
                }
                Sheet::Xlsx => {
                    let mut to = Out::open(out, true)?;
                    let made = xlsx::written(&app, &publisher, council, naming).await;
                    match std::io::copy(&mut made.map_err(failed)?, &mut to.writer) {
                        Ok(_) => to.finish(),
                        Err(error) => to.stopped(error),
                    }
                }
            }
        }
        Export::Ocds { council, format, out } => {
            if publishing.public_url.is_none() {
                return Err(failed(
                    "public_url is not configured, and packages say at which address they are published: \
                     public_url = \"https://guildhall.example\", or GUILDHALL_PUBLIC_URL",
                ));
            }
            let of = match council {
                Some(council) => Of::Council(named(&council)?),
                None => Of::Everybody,
            };
            let kind = match format {
                Package::Releases => Kind::Releases,
                Package::Records => Kind::Records,
                Package::Jsonl => Kind::Lines,
            };
            let app = open::existing(config).await?;
            let publisher = publisher(&publishing);
            write(ocds::whole(&app, &publisher, of, kind, None), out).await
        }
    }
}

fn named(council: &str) -> Result<&'static Council, Failure> {
    councils::named(council).map_err(failed)
}

fn publisher(publishing: &Publishing) -> Publisher {
    let prefix = publishing.ocid_prefix.as_deref();
    let url = publishing.public_url.as_deref();
    Publisher::new(url.unwrap_or_default(), prefix.unwrap_or(Publisher::UNREGISTERED))
}

async fn write(
    pieces: impl Stream<Item = Result<Vec<u8>, Error>>,
    out: Option<PathBuf>,
) -> Result<(), Failure> {
    let mut to = Out::open(out, false)?;
    let mut pieces = pin!(pieces);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(failed)?;
        if let Err(error) = to.writer.write_all(&piece) {
            return to.stopped(error);
        }
    }
    to.finish()
}

/// Where an export goes.
struct Out {
    name: String,
    writer: BufWriter<Box<dyn Write>>,
}

impl Out {
    fn open(path: Option<PathBuf>, binary: bool) -> Result<Self, Failure> {
        let (name, writer): (String, Box<dyn Write>) = match path {
            Some(path) => {
                let name = path.display().to_string();
                let file = File::create(&path).map_err(|e| failed(format!("{name}: {e}")))?;
                (name, Box::new(file))
            }
            None if binary && std::io::stdout().is_terminal() => {
                return Err(failed(
                    "a workbook is not for a terminal: say where to, with --out FILE",
                ));
            }
            None => ("standard output".to_owned(), Box::new(std::io::stdout())),
        };
        Ok(Self {
            name,
            writer: BufWriter::new(writer),
        })
    }

    /// It takes no more: no failure, where nobody wants to read on.
    fn stopped(&self, error: std::io::Error) -> Result<(), Failure> {
        if say::stopped_reading(&error) {
            return Ok(());
        }
        Err(failed(format!("{}: {error}", self.name)))
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.writer.flush().or_else(|error| self.stopped(error))
    }
}

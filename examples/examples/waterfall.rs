//! Draws the traces of a file, as the terminal showed them, or would have:
//!
//! ```sh
//! cargo run --example traced-controller -- --trace-file traces.jsonl
//! cargo run --example waterfall -- traces.jsonl
//! ```
//!
//! It reads lines of OTLP JSON: those of `KOOPER_TRACE_FILE`, which every program with `kooper::telemetry::init` can write,
//! and those of the file exporter of OpenTelemetry's collector.

use clap::Parser;
use kooper::telemetry::Waterfall;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::ExitCode,
};

/// Draws the traces of a file of OTLP JSON
#[derive(Parser)]
struct Flags {
    /// The file, or - for standard input
    file: PathBuf,
    /// Columns of the pictures [default: COLUMNS, or those of the terminal, or 80]
    #[arg(long, value_parser = clap::value_parser!(u16).range(24..))]
    columns: Option<u16>,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    match draw(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", flags.file.display());
            ExitCode::FAILURE
        }
    }
}

fn draw(flags: &Flags) -> Result<(), Box<dyn std::error::Error>> {
    let waterfall = match flags.columns {
        Some(columns) => Waterfall::stdout().columns(columns.into()),
        None => Waterfall::stdout(),
    };
    let lines: Box<dyn BufRead> = if flags.file.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(&flags.file)?))
    };
    if waterfall.draw(lines)? == 0 {
        eprintln!("there is no trace in it");
    }
    Ok(())
}

//! `palisade can --cases`: many decisions, each with all its policies in one line of JSON.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::Path,
    process::ExitCode,
};

use serde::Serialize;

use super::{CommandError, FAILED};
use crate::{iam::Case, model::text};

/// How a file in zstd begins.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

#[derive(Serialize)]
struct Decided<'a> {
    id: &'a str,
    decision: &'static str,
}

/// Decides every line of `file`, which is `-` for standard input. A line that is no case is told, and the others are decided.
pub(super) fn run(file: &Path) -> Result<ExitCode, CommandError> {
    let failed = |error: io::Error| CommandError::failed(format!("{}: {error}", file.display()));
    let plain: Box<dyn Read> =
        if file.as_os_str() == "-" { Box::new(io::stdin().lock()) } else { Box::new(File::open(file).map_err(failed)?) };
    let mut plain = BufReader::with_capacity(1 << 16, plain);
    let is_packed = plain.fill_buf().map_err(failed)?.starts_with(&ZSTD);
    let mut lines: Box<dyn BufRead> = if is_packed {
        Box::new(BufReader::with_capacity(1 << 16, zstd::Decoder::with_buffer(plain).map_err(failed)?))
    } else {
        Box::new(plain)
    };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut line = Vec::new();
    let (mut number, mut wrong) = (0_u64, 0_u64);
    while lines.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        number += 1;
        match decided(&line) {
            Ok(None) => {}
            Ok(Some(case)) => {
                serde_json::to_writer(&mut out, &Decided { id: &case.id, decision: case.decide() }).map_err(io::Error::from)?;
                out.write_all(b"\n")?;
            }
            Err(why) => {
                wrong += 1;
                eprintln!("palisade: {}, line {number}: {}", file.display(), text::clean(&why));
            }
        }
        line.clear();
    }
    out.flush()?;
    Ok(if wrong > 0 { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// The case in a line; none in an empty one.
fn decided(line: &[u8]) -> Result<Option<Case>, String> {
    let line = std::str::from_utf8(line).map_err(|error| error.to_string())?.trim();
    if line.is_empty() { Ok(None) } else { Case::parse(line).map(Some) }
}

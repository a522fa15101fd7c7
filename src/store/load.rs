//! Reading a snapshot: whole, or what is whole of it.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    StoreError,
    record::{Assembly, Footer, Header, Record, SCHEMA},
};
use crate::model::{Gap, Posture, text};

/// The longest line that is read: a function with everything at its quota stays under it.
const LONGEST_LINE: u64 = 16 << 20;

/// Longer than any footer: its two fields have fixed widths but for the count.
const LONGEST_FOOTER: usize = 256;

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Reads a snapshot. `-` is standard input.
///
/// # Errors
/// When the file is missing, damaged, newer than this version, or no snapshot.
pub fn load(path: &Path) -> Result<Posture, StoreError> {
    let mut lines = Lines::open(path)?;
    let mut assembly = Assembly::new(lines.header()?);
    let mut count = 0;
    loop {
        let before = lines.hasher.clone();
        let Some(line) = lines.next()? else {
            lines.number += 1;
            return Err(lines.damaged("the file ends without its footer"));
        };
        match lines.parse(&line)? {
            Line::Record(record) => {
                count += 1;
                assembly.add(*record).map_err(|reason| lines.damaged(reason))?;
            }
            Line::Footer(footer) if footer.count != count => {
                return Err(lines.damaged(format!("{count} records instead of {}", footer.count)));
            }
            Line::Footer(footer) if footer.blake3 != before.finalize().to_hex().as_str() => {
                return Err(lines.damaged("the checksum does not match: a line was changed"));
            }
            Line::Footer(_) => return Ok(assembly.finish(None)),
        }
    }
}

/// Reads what is whole of a damaged snapshot. Its lists count as incomplete.
///
/// # Errors
/// When not even the header can be read.
pub fn salvage(path: &Path) -> Result<Posture, StoreError> {
    let mut lines = Lines::open(path)?;
    let mut assembly = Assembly::new(lines.header()?);
    while let Ok(Some(line)) = lines.next() {
        if let Ok(Line::Record(record)) = lines.parse(&line) {
            // A record of a Region that the header does not name is lost.
            let _ = assembly.add(*record);
        }
    }
    Ok(assembly.finish(Some(&Gap::failed("", "the snapshot is damaged: some of it was lost"))))
}

/// The snapshots that `path` stands for: itself, or those in the folder, sorted by name.
///
/// # Errors
/// When the folder cannot be read or holds none.
pub fn snapshots_in(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(|source| StoreError::io(path, source))?;
    let mut paths: Vec<PathBuf> = entries
        .into_iter()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && (name.ends_with(".jsonl.zst") || name.ends_with(".jsonl"))
        })
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    if paths.is_empty() { Err(StoreError::Empty { path: path.to_owned() }) } else { Ok(paths) }
}

enum Line {
    Record(Box<Record>),
    Footer(Footer),
}

struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead>,
    hasher: blake3::Hasher,
    /// Of the line read last, from 1.
    number: usize,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let fail = |source| StoreError::io(path, source);
        let source: Box<dyn Read> = if path.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(fail)?) };
        let mut source = BufReader::with_capacity(1 << 17, source);
        let compressed = source.fill_buf().map_err(fail)?.starts_with(&ZSTD_MAGIC);
        let reader: Box<dyn BufRead> = if compressed {
            Box::new(BufReader::with_capacity(1 << 17, zstd::Decoder::with_buffer(source).map_err(fail)?))
        } else {
            Box::new(source)
        };
        Ok(Self { path: path.to_owned(), reader, hasher: blake3::Hasher::new(), number: 0 })
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.number += 1;
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        match read {
            Ok(0) => {
                self.number -= 1;
                Ok(None)
            }
            Ok(_) if line.last() != Some(&b'\n') && line.len() as u64 >= LONGEST_LINE => {
                Err(self.damaged("the line is longer than 16 MiB"))
            }
            Ok(_) => {
                self.hasher.update(&line);
                Ok(Some(line))
            }
            Err(error) => Err(self.damaged(error)),
        }
    }

    fn header(&mut self) -> Result<Header, StoreError> {
        #[derive(Deserialize)]
        struct Schema {
            schema: u32,
        }
        let foreign = |reason: &str| StoreError::Foreign { path: self.path.clone(), reason: text::clean(reason).into_owned() };
        let no_header = foreign("its first line is no header");
        let empty = foreign("the file is empty");
        let line = self.next()?.ok_or(empty)?;
        let Ok(Schema { schema }) = serde_json::from_slice(&line) else { return Err(no_header) };
        if schema > SCHEMA {
            return Err(StoreError::Newer { path: self.path.clone(), found: schema, known: SCHEMA });
        }
        serde_json::from_slice(&line).map_err(|error| self.damaged(error))
    }

    fn parse(&self, line: &[u8]) -> Result<Line, StoreError> {
        // The footer is the only line without a kind, and short; telling it apart first keeps serde's message for records.
        if line.len() < LONGEST_FOOTER
            && let Ok(footer) = serde_json::from_slice(line)
        {
            return Ok(Line::Footer(footer));
        }
        serde_json::from_slice(line).map(|record| Line::Record(Box::new(record))).map_err(|error| self.damaged(error))
    }

    fn damaged(&self, reason: impl ToString) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), line: self.number, reason: text::clean(&reason.to_string()).into_owned() }
    }
}
